"""Pregnancies: told, changed, and turned into a child. The stage follows from the day; nothing is assumed after the due date."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.family.commands.allowing import require_consent, require_family, require_room
from services.family.commands.children import add_child
from services.family.errors import PregnancyEnded
from services.family.events import FamilyChanged
from services.family.models import Child, Pregnancy
from services.family.permissions import CHILDREN_CHANGE, CHILDREN_CREATE
from services.family.queries.families import get_pregnancy
from services.family.rules import gestation
from services.members.rules.purposes import HEALTH
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.queries import load_settings

OPEN = {"preparing", "expecting"}


def add_pregnancy(
    session: Session, member_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Pregnancy:
    """A pregnancy by its due date, or without one the wish for one (备孕). Rests on the consent about health.

    Raises ConsentNeeded, Invalid for a due date that cannot be, FamilyFull, Forbidden, NotFound.
    """
    require_family(session, member_id, CHILDREN_CREATE, actor=actor)
    require_room(session, member_id, Pregnancy)
    require_consent(session, member_id, HEALTH, data, actor=actor, at=at)
    due = data.get("due_on")
    _require_possible(session, due, at=at)
    row = Pregnancy(member_id=member_id, state=_state(due), due_on=due, created_at=at)
    session.add(row)
    session.flush()
    subject, changes = ("pregnancy", row.id), {"due_on": _text(due)}
    audit.record(session, "pregnancies:create", subject, member_id=member_id, actor=actor, at=at, changes=changes)
    announce(session, FamilyChanged(member_id), at=at)
    return row


def change_pregnancy(
    session: Session, member_id: int, pregnancy_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Pregnancy:
    """Another due date, or now one. Who is asked about the birth again is asked about the new date. Raises PregnancyEnded, Invalid."""
    require_family(session, member_id, CHILDREN_CHANGE, actor=actor)
    row = _hold_open(session, member_id, pregnancy_id)
    require_consent(session, member_id, HEALTH, data, actor=actor, at=at)
    due, before = data.get("due_on"), row.due_on
    if due == before:
        return row
    _require_possible(session, due, at=at)
    row.due_on, row.state, row.asked_at = due, _state(due), None
    session.flush()
    subject, changes = ("pregnancy", row.id), {"due_on": [_text(before), _text(due)]}
    audit.record(session, "pregnancies:change", subject, member_id=member_id, actor=actor, at=at, changes=changes)
    announce(session, FamilyChanged(member_id), at=at)
    return row


def note_birth(
    session: Session, member_id: int, pregnancy_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Child:
    """The child is there: the pregnancy ends, and a child begins, born today where no day is told; name and sex may follow.

    Raises PregnancyEnded, ConsentNeeded, Invalid.
    """
    require_family(session, member_id, CHILDREN_CREATE, actor=actor)
    row = _hold_open(session, member_id, pregnancy_id)
    today = local_day(at, load_settings(session).zone)
    child = add_child(session, member_id, {**data, "born_on": data.get("born_on") or today}, actor=actor, at=at)
    row.state, row.ended_at = "born", at
    session.flush()
    subject, changes = ("pregnancy", row.id), {"state": "born"}
    audit.record(session, "pregnancies:end", subject, member_id=member_id, actor=actor, at=at, changes=changes)
    announce(session, FamilyChanged(member_id), at=at)
    return child


def remove_pregnancy(session: Session, member_id: int, pregnancy_id: int, *, actor: Actor, at: datetime) -> None:
    """Forget that there was one."""
    require_family(session, member_id, CHILDREN_CHANGE, actor=actor)
    row = get_pregnancy(session, pregnancy_id, member_id=member_id)
    session.delete(row)
    session.flush()
    audit.record(session, "pregnancies:remove", ("pregnancy", pregnancy_id), member_id=member_id, actor=actor, at=at)
    announce(session, FamilyChanged(member_id), at=at)


def _hold_open(session: Session, member_id: int, pregnancy_id: int) -> Pregnancy:
    row = get_pregnancy(session, pregnancy_id, member_id=member_id)
    session.refresh(row, with_for_update=True)
    if row.state not in OPEN:
        raise PregnancyEnded
    return row


def _require_possible(session: Session, due: date | None, *, at: datetime) -> None:
    if due is not None and not gestation.is_possible(due, local_day(at, load_settings(session).zone)):
        raise Invalid({"due_on": [N_("这个预产期不对：最远是 40 周以后，最早是 6 周以前")]})


def _state(due: date | None) -> str:
    return "expecting" if due else "preparing"


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
