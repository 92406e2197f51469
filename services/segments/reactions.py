"""What segments do about what happened to a member: look at them anew, within seconds."""

from typing import Any

from sqlalchemy.orm import Session

from services.members import commands as members
from services.shared import clock


def look_again(session: Session, event: Any) -> None:
    """Something of this member is other than before (any event with a `member_id`): figures and tags may follow."""
    members.call_due(session, [event.member_id], at=clock.now())


def look_at_both(session: Session, event: Any) -> None:
    """Two cards became one, or two again (any event with `winner_id` and `loser_id`)."""
    members.call_due(session, [event.winner_id, event.loser_id], at=clock.now())
