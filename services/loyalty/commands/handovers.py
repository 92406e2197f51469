"""The points of an order go to another member: it was booked on the wrong one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.loyalty.books import POINTS
from services.loyalty.commands.points import claw_back, earn, open_earning
from services.loyalty.models import PendingPoints
from services.shared import ledger
from services.shared.actors import Actor


@dataclass(frozen=True)
class HandedOver:
    """The balance of who got the points before and after, and what the other one owes because they were spent already."""

    before: int
    after: int
    debt: int


def hand_over_points(
    session: Session, from_id: int, to_id: int, points: int, *, order_id: int, key: str, actor: Actor, at: datetime
) -> HandedOver:
    """Take `points` that an order earned from one member and give them to the other; what is pending stays pending."""
    for member_id in sorted((from_id, to_id)):  # everybody locks two accounts in this order
        ledger.hold(session, POINTS, member_id)
    pending = session.get(PendingPoints, order_id, with_for_update=True)
    if pending is not None:
        pending.member_id = to_id
        session.flush()
        points = 0
    taken = after = 0
    if points:
        left = claw_back(session, from_id, points, order_id=order_id, key=f"{key}:claw_back", actor=actor, at=at)
        taken, after = points, left.after
    given = open_earning(session, to_id, points)
    earn(session, given, order_id=order_id, key=f"{key}:earn", actor=actor, at=at)
    return HandedOver(given.before, given.after, min(taken, max(0, -after)))
