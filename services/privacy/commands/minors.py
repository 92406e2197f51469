"""Taking the yearly audit of minors' data away, or deciding that none is needed."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.privacy import minors
from services.privacy.models import MinorsAudit
from services.privacy.permissions import MINORS_EXPORT
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.queries import load_settings


def make_minors_audit(session: Session, year: int, incidents: str, *, actor: Actor, at: datetime) -> MinorsAudit:
    """Write down that the package of a year that has begun is taken, with words of the owner's about `incidents`; what is in it is read
    after that (`queries.collect_minors_package`), so that no sale waits for it. Raises Forbidden, Invalid."""
    actor.require(MINORS_EXPORT)
    row = _write(session, year, incidents, actor, at, made=True)
    audit.record(session, "minors:export", ("minors_audit", row.id), actor=actor, at=at, changes={"year": year})
    return row


def dismiss_minors_audit(session: Session, year: int, reason: str, *, actor: Actor, at: datetime) -> MinorsAudit:
    """Nothing has to be told for this year, for a `reason`: nobody reminds of it any more. Raises Forbidden, Invalid."""
    actor.require(MINORS_EXPORT)
    row = _write(session, year, reason, actor, at, made=False)
    changes = {"year": year, "reason": reason}
    audit.record(session, "minors:dismiss", ("minors_audit", row.id), actor=actor, at=at, changes=changes)
    return row


def _write(session: Session, year: int, note: str, actor: Actor, at: datetime, *, made: bool) -> MinorsAudit:
    if not minors.FIRST_YEAR <= year <= local_day(at, load_settings(session).zone).year:
        raise Invalid({"year": [N_("选一个已经开始的年份")]})
    staff_id = actor.id if actor.kind == "staff" else None
    row = MinorsAudit(year=year, made=made, note=note, at=at, staff_id=staff_id)
    session.add(row)
    session.flush()
    return row
