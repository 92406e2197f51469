"""The ledger of points with what explains each entry: the order and its rule, the lot that came in, the lots that were spent."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.loyalty.models import PointsEntry, PointsLot, PointsLotMove
from services.orders.models import Order, OrderLine, Tender


@dataclass(frozen=True)
class Sold:
    """What earned: the order's number, fen paid without bonus money, the base rule it was sold under, its lines' highest multiplier.

    `mixed`: not every line has that multiplier.
    """

    number: str
    paid: int
    rate: Mapping[str, Any] | None
    multiplier: int
    mixed: bool


@dataclass(frozen=True)
class Moved:
    """What an entry did to one lot: `amount` signed, when the lot came in and ends, what is left of it now."""

    amount: int
    created_at: datetime
    expires_at: datetime | None
    left: int


@dataclass(frozen=True)
class ExplainedEntry:
    """One change of a balance. `amount` differs from the sum of `lots` where a debt was made or repaid.

    `corrected`: the order went to the member whose it was. `shared`: somebody of the household bought.
    """

    id: int
    kind: str
    amount: int
    balance_after: int
    order_id: int | None
    note: str
    at: datetime
    corrected: bool = False
    shared: bool = False
    sold: Sold | None = None
    lots: tuple[Moved, ...] = ()

    @property
    def order_number(self) -> str | None:
        """Of the order behind it."""
        return self.sold.number if self.sold else None

    @property
    def paid(self) -> int | None:
        """What earned, fen."""
        return self.sold.paid if self.sold and self.kind == "earn" else None

    @property
    def rate(self) -> Mapping[str, Any] | None:
        """The base rule."""
        return self.sold.rate if self.sold and self.kind == "earn" else None

    @property
    def multiplier(self) -> int | None:
        """The highest of its lines, in hundredths."""
        return self.sold.multiplier if self.sold and self.kind == "earn" else None

    @property
    def mixed(self) -> bool:
        """Whether some lines earned at another multiplier."""
        return bool(self.sold and self.kind == "earn" and self.sold.mixed)

    @property
    def expires_at(self) -> datetime | None:
        """When the points that came in end; the first end where they came into several lots."""
        ends = [lot.expires_at for lot in self.lots if lot.expires_at]
        return min(ends) if self.amount > 0 and ends else None

    @property
    def left(self) -> int | None:
        """What is left of the points that came in."""
        return sum(lot.left for lot in self.lots) if self.amount > 0 and self.lots else None

    @property
    def repaid(self) -> int:
        """How much of what came in repaid a debt."""
        return max(0, -(self.balance_after - self.amount)) if self.amount > 0 else 0


def explain_entries(
    session: Session, entries: Sequence[PointsEntry], *, stores: Collection[int] | None = None
) -> list[ExplainedEntry]:
    """The same entries with what explains them; orders of other `stores` (None: all are seen) stay unnamed. Three queries."""
    sold = _sold(session, {entry.order_id for entry in entries if entry.order_id}, stores)
    lots = _lots(session, [entry.key for entry in entries])
    return [
        ExplainedEntry(
            id=entry.id,
            kind=entry.kind,
            amount=entry.amount,
            balance_after=entry.balance_after,
            order_id=entry.order_id if entry.order_id in sold else None,
            note=entry.note,
            at=entry.at,
            corrected=entry.key.startswith("handover:"),
            shared=entry.by_member_id is not None,
            sold=sold.get(entry.order_id) if entry.order_id else None,
            lots=tuple(lots.get(entry.key, ())),
        )
        for entry in entries
    ]


def _sold(session: Session, order_ids: Collection[int], stores: Collection[int] | None) -> dict[int, Sold]:
    if not order_ids:
        return {}
    bounds = select(OrderLine.order_id, func.max(OrderLine.multiplier), func.min(OrderLine.multiplier))
    bounds = bounds.where(OrderLine.order_id.in_(order_ids)).group_by(OrderLine.order_id)
    multipliers = {row[0]: (row[1], row[1] != row[2]) for row in session.execute(bounds)}
    query = (
        select(Order.id, Order.number, Order.earn_rate, func.coalesce(func.sum(Tender.amount - Tender.bonus), 0))
        .outerjoin(Tender, Tender.order_id == Order.id)
        .where(Order.id.in_(order_ids))
        .group_by(Order.id)
    )
    rows = session.execute(query if stores is None else query.where(Order.store_id.in_(stores)))
    return {row[0]: Sold(row[1], int(row[3]), row[2], *multipliers.get(row[0], (100, False))) for row in rows}


def _lots(session: Session, keys: Sequence[str]) -> Mapping[str, list[Moved]]:
    found: defaultdict[str, list[Moved]] = defaultdict(list)
    rows = session.execute(
        select(
            PointsLotMove.entry_key, PointsLotMove.amount, PointsLot.created_at, PointsLot.expires_at, PointsLot.left
        )
        .join(PointsLot, PointsLot.id == PointsLotMove.lot_id)
        .where(PointsLotMove.entry_key.in_(keys))
        .order_by(PointsLotMove.id)
    )
    for row in rows:
        found[row.entry_key].append(Moved(row.amount, row.created_at, row.expires_at, row.left))
    return found
