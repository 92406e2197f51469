"""Rules about coupons that wait, move, and end."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.coupons import commands as coupons
from services.coupons.commands.expiring import expire_coupons
from services.shared.actors import SYSTEM
from tests.machine.accounts import PLACES, Accounts
from tests.oracles import members as model
from tests.oracles.members import Held, require


class Tickets(Accounts):
    """Coupons between being given and being used."""

    @rule(places=st.lists(PLACES, min_size=1, max_size=2, unique=True))
    def park(self, places: list[int]) -> None:
        """A cart is put aside: its coupons wait for it for a quarter of an hour."""
        chosen = {coupon.terms.id: coupon for coupon in map(self.a_coupon, places)}
        cart = f"parked:{len(self.parked) + 1}"

        def expected() -> None:
            require(all(coupon.usable(self.now, cart) for coupon in chosen.values()))
            for coupon in chosen.values():
                coupon.state, coupon.held_by, coupon.held_until = "reserved", cart, self.now + model.WAIT

        done = self.both(
            lambda: coupons.reserve(self.session, sorted(chosen), cart, actor=self.world.actor, at=self.now), expected
        )
        self.parked.append(cart)
        self.count("park", done)

    @rule(place=PLACES)
    def unpark(self, place: int) -> None:
        """A cart is taken back: what it still holds is free."""
        if not self.parked:
            self.park([place])
        cart = self.parked[place % len(self.parked)]

        def expected() -> None:
            for coupon in self.coupons.values():
                if coupon.state == "reserved" and coupon.held_by == cart:
                    coupon.state = "issued"
                    coupon.free()

        self.both(lambda: coupons.release(self.session, cart), expected)
        self.count("unpark")

    @rule(place=PLACES)
    def offer(self, place: int) -> None:
        """A link by which somebody else takes a coupon that may be given away; the link before it is over."""
        coupon = self.a_coupon(place, "领")
        number = coupon.terms.id

        def expected() -> None:
            require(coupon.template == "领" and coupon.usable(self.now))
            self.links = [link for link in self.links if link[1] != number]

        member = self.world.members[coupon.member]
        done = self.both(
            lambda: coupons.offer_transfer(self.session, number, member, actor=SYSTEM, at=self.now), expected
        )
        if done:
            until = self.now + model.LINK if coupon.expires is None else min(self.now + model.LINK, coupon.expires)
            self.links.append((done[0], number, coupon.member, until))
        self.count("offer", done)

    @rule(place=PLACES, who=st.integers(0, 1))
    def take(self, place: int, who: int) -> None:
        """Somebody follows a link, perhaps an old one or one's own."""
        if not self.links:
            self.offer(place)
        if not self.links:
            return
        token, number, giver, until = self.links[place % len(self.links)]
        coupon = self.coupons[number]

        def expected() -> None:
            require(self.now < until and giver == coupon.member != who and coupon.usable(self.now))
            coupon.member, coupon.state = who, "issued"
            coupon.free()
            self.links.remove((token, number, giver, until))

        done = self.both(
            lambda: coupons.take_transfer(self.session, token, self.world.members[who], actor=SYSTEM, at=self.now), expected
        )  # fmt: skip
        self.count("take", done)

    @rule(place=PLACES)
    def revoke(self, place: int) -> None:
        """A coupon is withdrawn."""
        coupon = self.a_coupon(place)

        def expected() -> None:
            require(coupon.state in {"issued", "reserved"})
            coupon.state = "revoked"
            coupon.free()

        done = self.both(
            lambda: coupons.revoke_coupon(self.session, coupon.terms.id, "发错了", actor=self.world.actor, at=self.now),
            expected,
        )
        self.count("revoke", done)

    @rule()
    def expire_coupons(self) -> None:
        """The nightly job."""

        def over(coupon: Held) -> bool:
            return coupon.state in {"issued", "reserved"} and coupon.expires is not None and coupon.expires <= self.now

        def expected() -> Any:
            for coupon in filter(over, self.coupons.values()):
                coupon.state = "expired"
                coupon.free()

        self.both(lambda: expire_coupons(self.session, at=self.now), expected)
        self.count("expire_coupons")
