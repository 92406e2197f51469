"""What follows when somebody joins: the welcome gift."""

from sqlalchemy.orm import Session

from services.coupons import commands
from services.members.events import MemberJoined
from services.shared import clock
from services.shared.actors import SYSTEM


def give_welcome(session: Session, event: MemberJoined) -> None:
    """Give the coupons for new members, each once."""
    commands.give_welcome(session, event.member_id, actor=SYSTEM, at=clock.now())
