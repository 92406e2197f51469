"""Whether what came to a member from a merged card is there still, as it came."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.loyalty.models import PendingPoints, PointsEntry, PointsLot, PointsLotMove

TRANSFER = "transfer"


def were_touched(session: Session, lots: Iterable[Sequence[int]]) -> bool:
    """Whether something was spent of these lots (lot, the one before, points), expired, or came back, since they came."""
    came = {lot: part for lot, _before, part in lots}
    whole = select(PointsLot.id, PointsLot.left).where(PointsLot.id.in_(came))
    if dict(session.execute(whole).tuples().all()) != came:
        return True
    others = select(PointsLotMove.id).join(PointsEntry, PointsEntry.key == PointsLotMove.entry_key)
    moved = others.where(PointsLotMove.lot_id.in_(came), PointsEntry.kind != TRANSFER)
    return session.scalar(moved.limit(1)) is not None


def list_pending(session: Session, member_id: int) -> dict[str, int]:
    """The points of a member that will count later, by order."""
    rows = select(PendingPoints.order_id, PendingPoints.points).where(PendingPoints.member_id == member_id)
    return {str(order_id): points for order_id, points in session.execute(rows)}


def are_pending(session: Session, member_id: int, came: Mapping[str, int]) -> bool:
    """Whether all the points that came with these orders wait still."""
    return came.items() <= list_pending(session, member_id).items()
