"""Rules about sales that come to another member afterwards: the whole machine."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from services.checkout.commands.handovers import claim_order, reassign_order
from services.household.commands import (
    change_limits,
    create_invitation,
    join_household,
    leave_household,
    pause_person,
    resume_person,
)
from services.household.models import HouseholdPerson
from services.household.queries import list_invitations
from services.orders.models import Order
from services.shared.actors import SYSTEM
from tests.machine.accounts import PLACES
from tests.machine.base import Shared
from tests.machine.merging import Merging
from tests.machine.world import LEVEL, LEVEL_RATE
from tests.oracles.members import require

SOON = timedelta(days=7)


LIMITS = st.sampled_from(((0, 0), (3_000, 3_000), (9_000, 4_000), (50_000, 50_000)))


class BooksMachine(Merging):
    """Everything that a shop does with money."""

    @rule(limits=LIMITS, points=st.booleans())
    def share(self, limits: tuple[int, int], *, points: bool) -> None:
        """The first member lets the second one in, or sets other limits."""
        per_day, per_payment = limits
        data = {
            "kinship": "spouse", "wallet": bool(per_day), "per_day": per_day, "per_payment": per_payment, "points": points,
        }  # fmt: skip
        done = self.both(lambda: self._share(data), lambda: require(per_day or points))
        if done:
            self.shared = Shared(per_day, per_payment, points, bool(self.shared and self.shared.paused))
        self.count("share", done)

    @rule(away=st.booleans())
    def stop_sharing(self, *, away: bool) -> None:
        """The second member leaves; or the first one pauses it, or lets it go on."""
        household, holder = self._household(), self.world.members[0]
        if household is None or self.shared is None:
            self.count("stop_sharing", None)
            return
        if away:
            leave_household(self.session, self.world.members[1], actor=SYSTEM, at=self.now)
            self.shared = None
        else:
            act = resume_person if self.shared.paused else pause_person
            act(self.session, household.id, holder, actor=SYSTEM, at=self.now)
            self.shared.paused = not self.shared.paused
        self.count("stop_sharing")

    def _share(self, data: dict[str, Any]) -> None:
        holder, person = self.world.members
        household = self._household()
        if household is not None:
            change_limits(self.session, household.id, holder, data, actor=SYSTEM, at=self.now)
            return
        create_invitation(self.session, holder, data, actor=SYSTEM, at=self.now)
        token = list_invitations(self.session, holder, at=self.now)[-1].token
        join_household(self.session, token, person, actor=SYSTEM, at=self.now)

    def _household(self) -> HouseholdPerson | None:
        return self.session.scalar(select(HouseholdPerson))

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
            require(
                not order.points
                and not order.coupons
                and order.earner is None
                and all(each.kind != "wallet" for each in order.tenders)
            )
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
