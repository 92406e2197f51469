"""Stop, gently (已停止提醒): one tap, no reason asked (domain.md, *Members and families*)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.family.commands.allowing import require_family
from services.family.events import FamilyChanged, FamilyStopped
from services.family.models import Child, Pregnancy
from services.family.permissions import CHILDREN_CREATE
from services.family.queries.families import get_child
from services.family.rules.ages import age
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.events import announce
from services.stores.queries import load_settings

BABY_MONTHS = 36  # below three years of age: whoever stops is not reminded of a baby, but of an older child's birthday


def stop_gently(session: Session, member_id: int, *, actor: Actor, at: datetime) -> None:
    """End every reminder of pregnancies and babies at once and for good; what is queued goes, and the counter shows no stage any more.

    Pregnancies are never begun again: only a new one counts. Nothing happens where there is nothing to stop.
    """
    require_family(session, member_id, CHILDREN_CREATE, actor=actor)
    today = local_day(at, load_settings(session).zone)
    living = Pregnancy.member_id == member_id, Pregnancy.state.in_(("preparing", "expecting"))
    pregnancies = session.scalars(select(Pregnancy).where(*living)).all()
    for row in pregnancies:
        row.state, row.ended_at = "stopped", at
    loud = session.scalars(select(Child).where(Child.member_id == member_id, Child.quiet_at.is_(None)))
    babies = [child for child in loud if (told := age(child.born_on, today)) and told.months < BABY_MONTHS]
    for child in babies:
        child.quiet_at = at
    if not pregnancies and not babies:
        return
    session.flush()
    audit.record(session, "family:stop", ("member", member_id), actor=actor, at=at)
    announce(session, FamilyStopped(member_id), at=at)
    announce(session, FamilyChanged(member_id), at=at)


def stop_child(session: Session, member_id: int, child_id: int, *, actor: Actor, at: datetime) -> None:
    """Say nothing of this child any more, however old it is."""
    _set_quiet(session, member_id, child_id, at, actor=actor, at=at)


def resume_child(session: Session, member_id: int, child_id: int, *, actor: Actor, at: datetime) -> None:
    """Speak of this child again: somebody tapped by mistake."""
    _set_quiet(session, member_id, child_id, None, actor=actor, at=at)


def _set_quiet(
    session: Session, member_id: int, child_id: int, quiet_at: datetime | None, *, actor: Actor, at: datetime
) -> None:
    require_family(session, member_id, CHILDREN_CREATE, actor=actor)
    child = get_child(session, child_id, member_id=member_id)
    if (child.quiet_at is None) == (quiet_at is None):
        return
    child.quiet_at = quiet_at
    session.flush()
    audit.record(
        session, "children:stop" if quiet_at else "children:resume", ("child", child.id), member_id=member_id, actor=actor, at=at
    )  # fmt: skip
    if quiet_at:
        announce(session, FamilyStopped(member_id), at=at)
    announce(session, FamilyChanged(member_id), at=at)
