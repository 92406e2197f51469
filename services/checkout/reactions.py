"""What follows a sale in the domains below: the member's facts, and a word to the member."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.members import commands as members
from services.orders.events import OrderCompleted


def keep_facts(session: Session, event: OrderCompleted) -> None:
    """Count the sale in the member's facts."""
    if event.member_id is not None:
        members.record_order(session, event.member_id, event.paid, datetime.fromisoformat(event.completed_at))
