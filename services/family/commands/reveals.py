"""A family with everything on it, shown to somebody who sees it masked elsewhere; each time is written down (facts.md §4)."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.family.permissions import CHILDREN_REVEAL
from services.family.queries.families import FamilyCard, load_family
from services.members.queries import get_member
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.limits import Rule
from services.stores.queries import load_settings

# Looking after one family is for a few; whoever wants the whole list wants it for something else.
REVEALS = Rule("children:reveal", most=20, seconds=3600)


def reveal_family(session: Session, member_id: int, *, actor: Actor, at: datetime) -> FamilyCard:
    """The family with names, days and doses. The caller has counted the try (`REVEALS`). Raises NotFound, Forbidden."""
    actor.require(CHILDREN_REVEAL)
    card = get_member(session, member_id)
    audit.record(session, "children:reveal", ("member", card.id), actor=actor, at=at, store_id=card.store_id)
    settings = load_settings(session)
    return load_family(session, card.id, settings, local_day(at, settings.zone), eyes="whole", doses=True, actor=actor)
