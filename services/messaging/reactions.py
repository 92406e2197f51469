"""What follows when a member does not want to be written to any more."""

from sqlalchemy.orm import Session

from services.members.events import ConsentWithdrawn
from services.messaging import outgoing


def stop_deliveries(session: Session, event: ConsentWithdrawn) -> None:
    """What waits for a sender is not sent any more (PIPL: withdrawal also reaches what is queued)."""
    outgoing.cancel(session, event.member_id)
