"""Rules about sales that come to another member afterwards: the whole machine."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.checkout.commands.handovers import claim_order, reassign_order
from services.orders.models import Order
from tests.machine.accounts import PLACES
from tests.machine.selling import Selling
from tests.machine.world import LEVEL, LEVEL_RATE
from tests.oracles.members import require

SOON = timedelta(days=7)


class BooksMachine(Selling):
    """Everything that a shop does with money."""

    @rule(place=PLACES, who=st.integers(0, 1))
    def claim_sale(self, place: int, who: int) -> None:
        """A walk-in turns out to have a card: within a week the sale earns, for the level of now (补登)."""
        number = self._an_order(place, None)
        order = self.orders[number]

        def expected() -> None:
            require(order.member is None and self.now - order.at <= SOON and not order.done)
            order.member, order.rate = who, LEVEL_RATE if self.people[who].level else 100
            order.earned = order.earns()
            self._move(number, who)

        code = self.session.get_one(Order, number).receipt_code
        done = self.both(
            lambda: claim_order(self.session, code, self.world.members[who], actor=self.world.actor, at=self.now), expected
        )  # fmt: skip
        self.count("claim_sale", done)

    @rule(place=PLACES, who=st.integers(0, 1))
    def reassign(self, place: int, who: int) -> None:
        """The wrong member was chosen: within a week points and growth move, unless the sale spent something of theirs."""
        number = self._an_order(place, 1 - who)
        order = self.orders[number]

        def expected() -> None:
            require(order.member not in (None, who) and self.now - order.at <= SOON and not order.done)
            require(not order.points and not order.coupons and all(each.kind != "wallet" for each in order.tenders))
            assert order.member is not None
            wrong = self.people[order.member]
            if order.earned:
                wrong.take_points(order.earned, number)
            wrong.grow(-order.growth, number, self.now, LEVEL)
            order.member, order.growth = who, 0
            self._move(number, who)

        member = self.world.members[who]
        done = self.both(
            lambda: reassign_order(self.session, number, member, "扫错了码", actor=self.world.actor, at=self.now), expected
        )  # fmt: skip
        self.count("reassign", done)

    def _move(self, number: int, who: int) -> None:
        """Its points and growth come to a member, now."""
        order, person = self.orders[number], self.people[who]
        if order.earned:
            person.add_points(self.next_lot(), order.earned, self.now, number)
        person.grow(order.left - order.growth, number, self.now, LEVEL)
        order.growth = order.left

    def _an_order(self, place: int, who: int | None) -> int:
        """One of this member's (or of walk-ins), mostly; sold for it where there is none."""
        mine = [number for number, order in self.orders.items() if order.member == who]
        if not mine:
            self.sell(who, [(place % 4, 1 + place % 3)], use=False, points=0, stored=0, told=bool(place % 2))
            mine = sorted(self.orders)
        some = mine if place % 4 else sorted(self.orders)
        return some[-1 - place % min(3, len(some))]
