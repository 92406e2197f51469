"""Children: told, changed, forgotten, vaccinated."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.family.commands.allowing import require_consent, require_family, require_room
from services.family.events import FamilyChanged
from services.family.models import Child, DoseRecord
from services.family.permissions import CHILDREN_CHANGE, CHILDREN_CREATE, CHILDREN_REVEAL
from services.family.queries.families import get_child, load_family
from services.family.queries.plans import get_plan
from services.family.rules import vaccinations
from services.fields.commands import forget_values, write_values
from services.members.rules.purposes import CHILDREN, HEALTH
from services.shared.actors import Actor
from services.shared.days import local_day
from services.shared.events import announce
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_
from services.stores.queries import load_settings

FIRST_YEAR = 1900
APART = {f"{kind}_consent" for kind in (CHILDREN, HEALTH)} | {"fields"}  # what is told with a child and no column of it
Told = Mapping[str, Any]


def add_child(session: Session, member_id: int, data: Told, *, actor: Actor, at: datetime) -> Child:
    """A child of this member, as `ChildIn` read it. Rests on the guardian's consent; allergies on the one about health.

    Raises ConsentNeeded, Invalid for a day that is not over, FamilyFull, Forbidden, NotFound.
    """
    require_family(session, member_id, CHILDREN_CREATE, actor=actor)
    require_room(session, member_id, Child)
    require_consent(session, member_id, CHILDREN, data, actor=actor, at=at)
    if data.get("allergies"):
        require_consent(session, member_id, HEALTH, data, actor=actor, at=at)
    values = {name: value for name, value in data.items() if name not in APART}
    require_past(session, values["born_on"], "born_on", at=at)
    child = Child(member_id=member_id, **values, created_at=at)
    session.add(child)
    session.flush()
    changes: dict[str, Any] = {name: _plain(value) for name, value in values.items() if value}
    changes |= write_values(session, "child", child.id, data.get("fields", {}), actor=actor)
    audit.record(
        session, "children:create", ("child", child.id), member_id=member_id, actor=actor, at=at, changes=changes
    )
    announce(session, FamilyChanged(member_id), at=at)
    return child


def change_child(session: Session, member_id: int, child_id: int, data: Told, *, actor: Actor, at: datetime) -> Child:
    """Other words or another day for a child. Raises as `add_child`."""
    require_family(session, member_id, CHILDREN_CHANGE, actor=actor)
    child = get_child(session, child_id, member_id=member_id)
    require_consent(session, member_id, CHILDREN, data, actor=actor, at=at)
    values = {name: value for name, value in data.items() if name not in APART}
    if values.get("allergies") and values["allergies"] != child.allergies:
        require_consent(session, member_id, HEALTH, data, actor=actor, at=at)
    changed = {name: [getattr(child, name), new] for name, new in values.items() if getattr(child, name) != new}
    if "born_on" in changed:
        require_past(session, values["born_on"], "born_on", at=at)
    for name in changed:
        setattr(child, name, values[name])
    session.flush()
    changes = {name: [_plain(before), _plain(after)] for name, (before, after) in changed.items()}
    changes |= write_values(session, "child", child.id, data.get("fields", {}), actor=actor)
    if not changes:
        return child
    audit.record(
        session, "children:change", ("child", child.id), member_id=member_id, actor=actor, at=at, changes=changes
    )
    announce(session, FamilyChanged(member_id), at=at)
    return child


def remove_child(session: Session, member_id: int, child_id: int, *, actor: Actor, at: datetime) -> None:
    """Forget a child with everything that was said of it; receipts and books stand."""
    require_family(session, member_id, CHILDREN_CHANGE, actor=actor)
    child = get_child(session, child_id, member_id=member_id)
    session.execute(delete(DoseRecord).where(DoseRecord.child_id == child.id))
    forget_values(session, "child", [child.id])
    session.delete(child)
    session.flush()
    audit.record(session, "children:remove", ("child", child_id), member_id=member_id, actor=actor, at=at)
    announce(session, FamilyChanged(member_id), at=at)


def mark_dose(
    session: Session, member_id: int, child_id: int, code: str, data: Told, *, actor: Actor, at: datetime
) -> None:
    """What a guardian says of a dose: done (on a day, where known), not needed, or open again. Raises NotFound, Invalid, ConsentNeeded."""
    require_family(session, member_id, CHILDREN_CREATE, actor=actor)
    child = get_child(session, child_id, member_id=member_id)
    require_consent(session, member_id, CHILDREN, {}, actor=actor, at=at)
    if code not in {dose.code for dose in get_plan(session).doses}:
        raise NotFound("dose_not_found")
    given_on: date | None = data.get("given_on") if data["state"] == "done" else None
    if given_on is not None:
        require_past(session, given_on, "given_on", at=at)
        if given_on < _known_birth(child, actor):
            raise Invalid({"given_on": [N_("那时还没出生，请核对日期")]})
    record = session.get(DoseRecord, (child.id, code))
    if record is not None:
        session.delete(record)
        session.flush()
    if data["state"] != "open":
        session.add(DoseRecord(child_id=child.id, code=code, state=data["state"], given_on=given_on, noted_at=at))
        session.flush()
    changes = {"code": code, "state": data["state"]} | ({"given_on": given_on.isoformat()} if given_on else {})
    audit.record(session, "doses:note", ("child", child.id), member_id=member_id, actor=actor, at=at, changes=changes)
    announce(session, FamilyChanged(member_id), at=at)


def mark_due_doses(session: Session, member_id: int, child_id: int, *, actor: Actor, at: datetime) -> int:
    """Everything that could have been given by today was given, on days that nobody told; what was said before stays. How many it were."""
    require_family(session, member_id, CHILDREN_CREATE, actor=actor)
    child = get_child(session, child_id, member_id=member_id)
    require_consent(session, member_id, CHILDREN, {}, actor=actor, at=at)
    settings = load_settings(session)
    family = load_family(session, member_id, settings, local_day(at, settings.zone), eyes="whole", doses=True)
    doses = next(each.doses for each in family.children if each.id == child.id)
    codes = [each.dose.code for each in doses if each.state in {vaccinations.DUE, vaccinations.LATE}]
    if not codes:
        return 0
    session.add_all(DoseRecord(child_id=child.id, code=code, state=vaccinations.DONE, noted_at=at) for code in codes)
    session.flush()
    changes = {"codes": codes, "state": vaccinations.DONE}
    audit.record(session, "doses:note", ("child", child.id), member_id=member_id, actor=actor, at=at, changes=changes)
    announce(session, FamilyChanged(member_id), at=at)
    return len(codes)


def _known_birth(child: Child, actor: Actor) -> date:
    """From which day on a dose may have been given, as far as this actor may know it: who sees the month of birth alone could else count
    the day back from what is refused."""
    whole = actor.kind == "member" or actor.may(CHILDREN_REVEAL)
    return child.born_on if whole else child.born_on.replace(day=1)


def require_past(session: Session, day: date, field: str, *, at: datetime) -> None:
    """Raises Invalid beside `field` for a day to come, or one that nobody alive was born on."""
    if day > local_day(at, load_settings(session).zone):
        raise Invalid({field: [N_("这一天还没有到，请核对")]})
    if day.year < FIRST_YEAR:
        raise Invalid({field: [N_("年份不对，请核对")]})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
