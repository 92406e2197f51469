"""What came to a member from cards that were merged into theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.loyalty.models import PointsEntry, PointsLot, PointsLotMove

TRANSFER = "transfer"
_EARNED = ("earn", "claw_back")


@dataclass(frozen=True)
class Came:
    """`points` that came and are still there by the ledger (negative: a debt), less what expired; what is left by lot, the first to expire
    first; whether some were `spent`."""

    points: int
    lots: dict[int, int]
    spent: bool


def find_came(session: Session, member_id: int, of: Sequence[int], orders: Collection[int] = ()) -> Came:
    """What `member_id` has of the cards `of`; `orders` are those whose points were pending when they came."""
    lots = session.scalars(
        select(PointsLot)
        .where(PointsLot.member_id == member_id, _of(of, orders))
        .order_by(PointsLot.expires_at.is_(None), PointsLot.expires_at, PointsLot.id)
    ).all()
    kinds = dict(_kinds(session, [lot.id for lot in lots]))
    own = select(PointsEntry.key, PointsEntry.amount).where(PointsEntry.member_id == member_id)
    net = sum(row.amount for row in session.execute(own.where(PointsEntry.kind == TRANSFER)) if _is_of(row.key, of))
    earned = own.where(PointsEntry.order_id.in_(orders), PointsEntry.kind.in_(_EARNED)) if orders else None
    net += sum(row.amount for row in session.execute(earned)) if earned is not None else 0
    net += kinds.get("expire", 0)
    spent = bool({*kinds} - {TRANSFER, "expire", *_EARNED})
    return Came(net, {lot.id: lot.left for lot in lots if lot.left}, spent)


def _of(of: Sequence[int], orders: Collection[int]) -> Any:
    came = PointsLot.origin_id.in_(select(PointsLot.id).where(PointsLot.member_id.in_(of)))
    return or_(came, and_(PointsLot.origin_id.is_(None), PointsLot.order_id.in_(orders))) if orders else came


def _kinds(session: Session, lots: Sequence[int]) -> list[tuple[str, int]]:
    """How much moved in these lots, by kind of entry."""
    query = select(PointsEntry.kind, func.sum(PointsLotMove.amount)).join(
        PointsLotMove, PointsLotMove.entry_key == PointsEntry.key
    )
    rows = session.execute(query.where(PointsLotMove.lot_id.in_(lots)).group_by(PointsEntry.kind))
    return [(kind, int(amount)) for kind, amount in rows]


def _is_of(key: str, of: Collection[int]) -> bool:
    """`transfer:{from}:{to}:…`: whether one of the two is meant."""
    return not {*map(int, key.split(":")[1:3])}.isdisjoint(of)
