"""A member's family as pages and the API show it."""

from sqlalchemy.orm import Session

from services.family import queries
from services.family.queries import FamilyCard
from services.family.queries.families import Eyes
from services.shared import clock, days
from webapp.web import edge, shop


def family_of(member_id: int, eyes: Eyes, *, doses: bool = False, session: Session | None = None) -> FamilyCard:
    """The family as of today in the shop; `session` where something was just written in it."""
    settings = shop.settings()
    today = days.local_day(clock.now(), settings.zone)
    return queries.load_family(session or edge.read(), member_id, settings, today, eyes=eyes, doses=doses)
