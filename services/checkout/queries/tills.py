"""What went through tills, added up: of one shift, or of a store's day. Amounts are fen.

Nothing is counted while selling: a sale, refund, top-up or payout names its shift on its own row, and these sums ask those rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.orders.models import Order, Refund, RefundTender, Tender
from services.shared.actors import Actor
from services.shared.days import day_bounds
from services.tills import rules
from services.tills.models import TillEntry, TillShift
from services.tills.queries import ShiftView, list_shifts_touching
from services.wallet.models import Payout, TopUp

Kinds = Mapping[str, int]


@dataclass(frozen=True)
class Flow:
    """One sort of money moved: how often, and fen by kind of tender."""

    count: int = 0
    by_kind: Kinds = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All kinds together."""
        return sum(self.by_kind.values())

    def __add__(self, other: "Flow") -> "Flow":
        kinds = {*self.by_kind, *other.by_kind}
        both = {kind: self.by_kind.get(kind, 0) + other.by_kind.get(kind, 0) for kind in kinds}
        return Flow(self.count + other.count, both)


@dataclass(frozen=True)
class Sums:
    """What was taken and given back. `sales` includes stored value, which passes no drawer; `discounts` is list price − due."""

    sales: Flow = Flow()
    refunds: Flow = Flow()
    top_ups: Flow = Flow()
    payouts: Flow = Flow()
    put_in: int = 0
    taken_out: int = 0
    discounts: int = 0

    @property
    def net(self) -> int:
        """Sales less refunds, however they were paid."""
        return self.sales.total - self.refunds.total

    @property
    def received(self) -> dict[str, int]:
        """What came in less what went out by each kind that a till counts, without cash moved by hand."""
        return {
            kind: self.sales.by_kind.get(kind, 0) + self.top_ups.by_kind.get(kind, 0)
            - self.refunds.by_kind.get(kind, 0) - self.payouts.by_kind.get(kind, 0)
            for kind in rules.KINDS
        }  # fmt: skip

    def expected(self, opening_float: int) -> dict[str, int]:
        """What should be there at the end of a shift that began with this float, by kind."""
        should = self.received
        return should | {rules.CASH: should[rules.CASH] + opening_float + self.put_in - self.taken_out}

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.sales + other.sales, self.refunds + other.refunds, self.top_ups + other.top_ups,
            self.payouts + other.payouts, self.put_in + other.put_in, self.taken_out + other.taken_out,
            self.discounts + other.discounts,
        )  # fmt: skip


@dataclass(frozen=True)
class Day:
    """A store's day: everything, the part of each shift that was open on it, and what was taken outside of shifts."""

    day: date
    all: Sums
    shifts: tuple[tuple[ShiftView, Sums], ...]
    outside: Sums


@dataclass(frozen=True)
class _Scope:
    """Which rows count, table by table."""

    orders: tuple[Any, ...]
    refunds: tuple[Any, ...]
    top_ups: tuple[Any, ...]
    payouts: tuple[Any, ...]
    entries: tuple[Any, ...]


def get_shift_sums(session: Session, shift_id: int) -> Sums:
    """What went through one shift."""
    scope = _Scope(
        (Order.shift_id == shift_id,), (Refund.shift_id == shift_id,), (TopUp.shift_id == shift_id,),
        (Payout.shift_id == shift_id,), (TillEntry.shift_id == shift_id,),
    )  # fmt: skip
    return _load(session, scope).get(shift_id, Sums())


def get_expected(session: Session, shift_id: int, opening_float: int) -> dict[str, int]:
    """What should be in a till by now, by kind."""
    return get_shift_sums(session, shift_id).expected(opening_float)


def get_till_day(session: Session, store_id: int, day: date, zone: str, *, actor: Actor) -> Day:
    """A store's day in the shop's `zone`. A shift over midnight counts on each day with what was taken on it."""
    first, last = day_bounds(day, zone)
    by_shift = _load(session, _of_day(store_id, day, first, last))
    named = {shift_id for shift_id in by_shift if shift_id is not None}
    shifts = list_shifts_touching(session, store_id, first, last, actor=actor, also=named)
    return Day(
        day,
        sum(by_shift.values(), Sums()),
        tuple((shift, by_shift.get(shift.id, Sums())) for shift in shifts),
        by_shift.get(None, Sums()),
    )


def _of_day(store_id: int, day: date, first: datetime, last: datetime) -> _Scope:
    def within(table: Any) -> tuple[Any, ...]:
        return (table.store_id == store_id, table.at >= first, table.at < last)

    here = select(TillShift.id).where(TillShift.store_id == store_id)
    entries = (TillEntry.shift_id.in_(here), TillEntry.at >= first, TillEntry.at < last)
    return _Scope(
        (Order.store_id == store_id, Order.day == day), within(Refund), within(TopUp), within(Payout), entries
    )


def _load(session: Session, scope: _Scope) -> dict[int | None, Sums]:
    """The sums by shift; under None what belongs to none."""
    orders, discounts = _orders(session, scope.orders)
    kinds = select(Order.shift_id, Tender.kind, func.sum(Tender.amount)).join(Tender, Tender.order_id == Order.id)
    sales = _flows(orders, _rows(session, kinds.where(*scope.orders).group_by(Order.shift_id, Tender.kind)))
    back = select(Refund.shift_id, RefundTender.kind, func.sum(RefundTender.amount))
    back = back.join(RefundTender, RefundTender.refund_id == Refund.id).where(*scope.refunds)
    refunds = _flows(
        _counts(session, Refund, scope.refunds), _rows(session, back.group_by(Refund.shift_id, RefundTender.kind))
    )
    top_ups = _flows(_counts(session, TopUp, scope.top_ups), _top_up_rows(session, scope.top_ups))
    paid_out = select(Payout.shift_id, Payout.tender, func.sum(Payout.amount)).where(*scope.payouts)
    payouts = _flows(
        _counts(session, Payout, scope.payouts), _rows(session, paid_out.group_by(Payout.shift_id, Payout.tender))
    )
    by_hand = _by_hand(session, scope.entries)
    none = Flow()
    return {
        shift_id: Sums(
            sales.get(shift_id, none), refunds.get(shift_id, none), top_ups.get(shift_id, none),
            payouts.get(shift_id, none), *by_hand.get(shift_id, (0, 0)), discounts.get(shift_id, 0),
        )
        for shift_id in {*sales, *refunds, *top_ups, *payouts, *by_hand}
    }  # fmt: skip


def _orders(session: Session, where: tuple[Any, ...]) -> tuple[dict[int | None, int], dict[int | None, int]]:
    """How many orders, and what was taken off their list prices, by shift."""
    query = select(Order.shift_id, func.count(Order.id), func.sum(Order.list_total - Order.due)).where(*where)
    rows = session.execute(query.group_by(Order.shift_id)).all()
    return {shift: int(count) for shift, count, _off in rows}, {shift: int(off) for shift, _count, off in rows}


def _counts(session: Session, table: Any, where: tuple[Any, ...]) -> dict[int | None, int]:
    query = select(table.shift_id, func.count(table.id)).where(*where).group_by(table.shift_id)
    return {shift: int(count) for shift, count in session.execute(query)}


def _rows(session: Session, query: Any) -> Iterable[tuple[int | None, str, int]]:
    return [(shift, kind, int(amount)) for shift, kind, amount in session.execute(query)]


def _top_up_rows(session: Session, where: tuple[Any, ...]) -> Iterable[tuple[int | None, str, int]]:
    """Of each way in which a top-up was paid: those are few, and lie together in one column."""
    for shift, tenders in session.execute(select(TopUp.shift_id, TopUp.tenders).where(*where)):
        for tender in tenders:
            yield shift, str(tender["kind"]), int(tender["amount"])


def _flows(counts: Mapping[int | None, int], rows: Iterable[tuple[int | None, str, int]]) -> dict[int | None, Flow]:
    by_kind: dict[int | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for shift, kind, amount in rows:
        by_kind[shift][kind] += amount
    return {shift: Flow(count, dict(by_kind[shift])) for shift, count in counts.items()}


def _by_hand(session: Session, where: tuple[Any, ...]) -> dict[int | None, tuple[int, int]]:
    """Put in and taken out by hand, both positive, by shift."""
    found: dict[int | None, tuple[int, int]] = {}
    query = select(TillEntry.shift_id, TillEntry.kind, func.sum(TillEntry.amount)).where(*where)
    for shift, kind, amount in session.execute(query.group_by(TillEntry.shift_id, TillEntry.kind)):
        put_in, taken_out = found.get(shift, (0, 0))
        found[shift] = (put_in + int(amount), taken_out) if kind == "in" else (put_in, taken_out - int(amount))
    return found
