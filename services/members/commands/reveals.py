"""One member's phone and whole birthday, shown to somebody who sees them masked elsewhere; each time is written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import permissions
from services.members.queries.cards import MemberCard, get_member
from services.shared.actors import Actor
from services.shared.limits import Rule

# Calling somebody back is for a few; whoever wants the whole list wants it for something else.
REVEALS = Rule("members:reveal", most=20, seconds=3600)


def reveal_member(session: Session, member_id: int, *, actor: Actor, at: datetime) -> MemberCard:
    """The card with everything on it. The caller has counted the try (`REVEALS`). Raises NotFound, Forbidden."""
    actor.require(permissions.MEMBERS_REVEAL)
    card = get_member(session, member_id)
    audit.record(session, "members:reveal", ("member", card.id), actor=actor, at=at, store_id=card.store_id)
    return card
