"""The points of a member who is erased: they end, and their entries say no words."""

from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from services.loyalty.books import GROWTH, POINTS
from services.loyalty.models import PendingPoints, PointsLot, PointsLotMove
from services.loyalty.queries.points import list_lots
from services.shared import ledger
from services.shared.actors import Actor


def give_up_points(session: Session, member_id: int, *, actor: Actor, at: datetime) -> int:
    """End what is left, by one entry, and what is still to come; how many points. A debt stays in the books.

    The entry is there also for nothing: the account moves on, so that a sale which was checked before notices (checkout.commands.sales).
    """
    ledger.hold(session, POINTS, member_id)  # before what is pending, as everybody locks the two
    session.execute(delete(PendingPoints).where(PendingPoints.member_id == member_id))
    left = {lot.id: lot.left for lot in list_lots(session, member_id)}
    _end(session, member_id, left, actor, at)
    for book in (POINTS, GROWTH):
        ledger.unsay(session, book, member_id)
    return sum(left.values())


def _end(session: Session, member_id: int, left: dict[int, int], actor: Actor, at: datetime) -> None:
    moved, key = ledger.move(session, POINTS, member_id, (-sum(left.values()),)), f"erasure:{member_id}:points"
    assert moved is not None, "points have no floor"
    fields = {
        "kind": "expire", "key": key, "order_id": None, "note": "", "actor_kind": actor.kind, "actor_id": actor.id, "at": at,
    }  # fmt: skip
    ledger.enter(session, POINTS, moved, fields)
    if left:
        session.execute(update(PointsLot).where(PointsLot.id.in_(left)).values(left=0))
        moves = [{"entry_key": key, "lot_id": lot_id, "amount": -points} for lot_id, points in left.items()]
        session.execute(insert(PointsLotMove), moves)
