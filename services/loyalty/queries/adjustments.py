"""What somebody adjusted by hand already."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit.queries import list_changes
from services.shared.actors import Actor
from services.shared.days import day_bounds, local_day

ADJUST = "points:adjust"


def get_adjusted(session: Session, *, actor: Actor, zone: str, at: datetime) -> int:
    """How many points `actor` gave or took by hand, of whomever, on the shop's day of `at`; the audit log knows."""
    began = day_bounds(local_day(at, zone), zone)[0]
    done = (each["points"] for each in list_changes(session, ADJUST, actor=actor, since=began))
    return sum(abs(after - before) for before, after in done)
