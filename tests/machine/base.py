"""How the machine takes a step, and what has to hold after it.

One run is one transaction that is rolled back, so that it costs no copy of a database. A command that the shop refuses must be refused
by the model too, and the other way round.
"""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from services import wiring
from services.checkout.queries import Sale
from services.coupons.models import Coupon
from services.loyalty.models import GrowthAccount, MemberTier, PointsAccount, PointsLot
from services.orders.models import Order, OrderLine, Tender
from services.orders.queries import OrderView
from services.shared import ledger, runtime
from services.shared.database import OurSession
from services.shared.refusals import Refusal
from services.wallet.models import WalletLot
from tests.machine.world import DAYS, TEMPLATES, World
from tests.oracles.members import Held, Member, RefusedError, day_end, numbered
from tests.oracles.orders import Order as ModelOrder

_POINTS = select(PointsAccount.member_id, PointsAccount.balance)
_POINTS_LOTS = select(PointsLot.member_id, PointsLot.left, PointsLot.expires_at, PointsLot.order_id).order_by(
    PointsLot.id
)
_WALLET_LOTS = select(
    WalletLot.member_id, WalletLot.principal, WalletLot.bonus, WalletLot.principal_left, WalletLot.bonus_left
).order_by(WalletLot.id)
_GROWTH = select(GrowthAccount.member_id, GrowthAccount.balance)
_LEVELS = select(MemberTier.member_id, MemberTier.tier_id)
_COUPONS = select(Coupon.id, Coupon.state, Coupon.member_id, Coupon.order_id)
_ORDERS = select(Order.id, Order.state)
_LINES = select(OrderLine.order_id, OrderLine.refunded_quantity, OrderLine.refunded_amount).order_by(OrderLine.id)
_TENDERS = select(Tender.order_id, Tender.refunded).order_by(Tender.id)


LEAST_STEPS = 25


@dataclass
class Quoted:
    """A sale that is priced and agreed to, and perhaps not paid yet; `lines` are pieces, fen, and of that by points; `ended` says that
    points were past their end already. `payer` and `earner`: whose stored value and points it moves."""

    sale: Sale
    who: int | None
    made: datetime
    lines: list[tuple[int, int, int]]
    held: list[Held]
    stored: int
    rate: int
    ended: bool
    payer: int | None
    earner: int | None


@dataclass
class Shared:
    """What the first member lets the second one use: at most so many fen a day and at once, none of the wallet where both are 0."""

    per_day: int
    per_payment: int
    points: bool
    paused: bool = False

    def room(self, spent: int) -> int:
        """What may leave the wallet at once, after so much on the same day."""
        return max(0, min(self.per_payment, self.per_day - spent))


class Machine(RuleBasedStateMachine):
    """The shop and the model beside each other."""

    world: ClassVar[World]
    fired: ClassVar[Counter[str]] = Counter()
    checks: ClassVar[list[tuple[str, Any]]] = []

    def __init__(self) -> None:
        super().__init__()
        self.session: Session = OurSession(runtime.current().engine, expire_on_commit=False)
        self.now = self.world.at
        self.people = [Member(), Member()]
        self.coupons: dict[int, Held] = {}
        self.claimed: Counter[int] = Counter()
        self.orders: dict[int, ModelOrder] = {}
        self.untold: list[OrderView] = []
        self.quoted: list[Quoted] = []
        self.parked: list[str] = []
        self.links: list[tuple[str, int, int, datetime]] = []
        self.shared: Shared | None = None
        self.lots = self.looks = 0

    def teardown(self) -> None:
        """At the end every seal is looked at. Nothing of a run stays."""
        self.fired["steps"] += self.looks - 1
        self.fired["runs"] += self.looks > LEAST_STEPS
        try:
            if sys.exc_info()[0] is None:  # else it is known already what is wrong
                self._verify()
        finally:
            self.session.rollback()
            self.session.close()

    def both(self, command: Callable[[], Any], expected: Callable[[], Any]) -> tuple[Any, Any] | None:
        """Do it in the shop and in the model: the answers of both, or None where both refuse."""
        step = self.session.begin_nested()
        try:
            answer = command()
        except Refusal as refusal:
            step.rollback()
            self.session.expire_all()
            try:
                expected()
            except RefusedError:
                return None
            raise AssertionError(f"only the shop refuses: {refusal.code} {refusal.text}") from refusal
        step.commit()
        try:
            told = expected()
        except RefusedError:
            raise AssertionError("only the model refuses") from None
        return answer, told

    def count(self, name: str, done: object = True) -> None:
        """A rule fired; what was refused counts by itself."""
        self.fired[name if done is not None else f"{name}, refused"] += 1

    def next_lot(self) -> int:
        """The number of the next lot, larger than all before; room for several."""
        self.lots += 100
        return self.lots

    def new_coupon(self, coupon_id: int, who: int, template: str) -> None:
        """The model hears of a coupon that was given."""
        days = DAYS[template]
        expires = None if days is None else day_end(self.now, days)
        self.coupons[coupon_id] = Held(numbered(TEMPLATES[template], coupon_id, expires), who, template, expires)

    @invariant()
    def the_shop_is_what_the_model_says(self) -> None:
        """Balances, lots, coupons, orders."""
        self.session.flush()
        shop, told = self._shop(), self._model()
        assert shop == told, {name: (shop[name], told[name]) for name in shop if shop[name] != told[name]}

    @invariant()
    def nothing_is_to_be_found_by_verify(self) -> None:
        """Every check of `changke verify`, as the bare statements that it sends: each finds nothing."""
        self.looks += 1
        if not all(map(self._is_empty, self.checks)):
            self._verify()

    def _verify(self) -> None:
        found = [str(each) for book in wiring.LEDGERS for each in ledger.differences(self.session, book)]
        found += [line for check in wiring.CHECKS for line in check(self.session)]
        assert not found, found

    def _is_empty(self, check: tuple[str, Any]) -> bool:
        return self.session.connection().exec_driver_sql(*check).first() is None

    def _model(self) -> dict[str, Any]:
        return {
            "points": [person.points for person in self.people],
            "points lots": [[(lot.left, lot.expires, lot.order) for lot in person.lots] for person in self.people],
            "wallet": [
                [(lot.principal, lot.bonus, lot.principal_left, lot.bonus_left) for lot in person.wallet]
                for person in self.people
            ],
            "growth": [sum(amount for _, amount, _ in person.growth) for person in self.people],
            "level": [person.level for person in self.people],
            "coupons": {number: (held.state, held.member, held.order) for number, held in self.coupons.items()},
            "orders": {
                number: (
                    order.state,
                    [(line.pieces - line.pieces_left, line.fen - line.left) for line in order.lines],
                    [tender.fen - tender.left for tender in order.tenders],
                )
                for number, order in self.orders.items()
            },
        }

    def _shop(self) -> dict[str, Any]:
        return {
            "points": self._of_members(_POINTS),
            "points lots": self._by_member(_POINTS_LOTS),
            "wallet": self._by_member(_WALLET_LOTS),
            "growth": self._of_members(_GROWTH),
            "level": [bool(each) for each in self._of_members(_LEVELS)],
            "coupons": {row[0]: (row[1], self.world.members.index(row[2]), row[3]) for row in self._rows(_COUPONS)},
            "orders": self._orders(),
        }

    def _orders(self) -> dict[int, Any]:
        lines: dict[int, list[Any]] = {number: [] for number in self.orders}
        tenders: dict[int, list[Any]] = {number: [] for number in self.orders}
        for number, quantity, amount in self._rows(_LINES):
            lines[number].append((quantity, amount))
        for number, amount in self._rows(_TENDERS):
            tenders[number].append(amount)
        return {number: (state, lines[number], tenders[number]) for number, state in self._rows(_ORDERS)}

    def _rows(self, query: Any) -> list[Any]:
        return list(self.session.connection().execute(query))

    def _of_members(self, query: Any) -> list[Any]:
        found = dict(self._rows(query))
        return [found.get(member, 0) for member in self.world.members]

    def _by_member(self, query: Any) -> list[list[Any]]:
        rows = self._rows(query)
        return [[tuple(row[1:]) for row in rows if row[0] == member] for member in self.world.members]


def statements_of_verify() -> list[tuple[str, Any]]:
    """What the checks ask the database: each answers with nothing where all is well, except those that read every entry."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        sent.append((statement, parameters))

    engine = runtime.current().engine
    with Session(engine) as session:
        event.listen(engine, "before_cursor_execute", note)
        try:
            for check in wiring.CHECKS:
                list(check(session))
        finally:
            event.remove(engine, "before_cursor_execute", note)
    reading = ("points_entries.balance_after", "FROM audit_")
    asked = [each for each in sent if each[0].startswith("SELECT") and not any(name in each[0] for name in reading)]
    if not all(isinstance(parameters, tuple) for _, parameters in asked):
        return asked
    whole = " OR ".join(
        f"EXISTS ({statement})" for statement, _ in asked
    )  # SQLite: one question is a third of the time
    return [(f"SELECT 1 WHERE {whole}", tuple(chain.from_iterable(parameters for _, parameters in asked)))]
