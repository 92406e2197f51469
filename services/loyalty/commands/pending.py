"""Points whose return window has passed begin to count."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.loyalty.books import GROWTH, POINTS
from services.loyalty.commands.growth import rise
from services.loyalty.commands.points import earn, open_earning
from services.loyalty.models import PendingPoints
from services.shared import ledger
from services.shared.actors import SYSTEM
from services.stores.queries import load_settings


def release_points(session: Session, order_id: int, *, at: datetime) -> int:
    """Let the pending points of an order count, once, when they are due; how many.

    The account is held before the row, as by refunds and handovers. What was handed over meanwhile waits for the next time.
    """
    due = PendingPoints.order_id == order_id, PendingPoints.due_at <= at
    member_id = session.scalar(select(PendingPoints.member_id).where(*due))
    if member_id is None:
        return 0
    head = ledger.hold(session, POINTS, member_id)
    mine = delete(PendingPoints).where(*due, PendingPoints.member_id == member_id)
    row = session.execute(mine.returning(PendingPoints.points, PendingPoints.by_member_id)).first()
    if row is None:
        return 0
    points, bought = row
    earning = open_earning(session, member_id, points, head=head)
    earn(session, earning, order_id=order_id, by_member_id=bought, actor=SYSTEM, at=at)
    if load_settings(session)["tiers.basis"] == "points":  # money climbed when it was paid
        ledger.hold(session, GROWTH, member_id)
        rise(session, member_id, at=at)
    return int(points)
