"""What holds for who is in a household: limits, a pause, the end; and what a sale asks under the locks of the accounts it moves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.household.commands.invitations import require_limits, told
from services.household.errors import OverHouseholdLimit, PersonNotFound, ShareEnded
from services.household.events import HouseholdChanged
from services.household.models import HouseholdPerson
from services.household.permissions import HOUSEHOLDS_REMOVE
from services.household.queries.shares import Share, find_share, get_spent_today
from services.household.rules import limits_of
from services.shared import money
from services.shared.actors import Actor
from services.shared.events import announce


def change_limits(
    session: Session, person_id: int, holder_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> None:
    """Other limits, or another word for the kinship, from now on. Raises PersonNotFound, Invalid beside a limit."""
    person = _person(session, person_id, holder_id)
    before, after = limits_of(vars(person)), require_limits(session, {**vars(person), **data})
    kinship = data.get("kinship", person.kinship)
    if (before, person.kinship) == (after, kinship):
        return
    for name, value in {**vars(after), "kinship": kinship}.items():
        setattr(person, name, value)
    session.flush()
    changes = {"member": person.member_id, "kinship": kinship, **told(after)}
    audit.record(session, "households:change", ("member", holder_id), actor=actor, at=at, changes=changes)
    if before != after:
        _announce(session, person, "changed", actor, at)


def pause_person(session: Session, person_id: int, holder_id: int, *, actor: Actor, at: datetime) -> None:
    """Nothing may be used from now on, until it goes on; asked again it stays as it is. Raises PersonNotFound."""
    person = _person(session, person_id, holder_id)
    if person.paused_at is not None:
        return
    person.paused_at = at
    session.flush()
    changes = {"member": person.member_id}
    audit.record(session, "households:pause", ("member", holder_id), actor=actor, at=at, changes=changes)
    _announce(session, person, "paused", actor, at)


def resume_person(session: Session, person_id: int, holder_id: int, *, actor: Actor, at: datetime) -> None:
    """It goes on as it was. Raises PersonNotFound."""
    person = _person(session, person_id, holder_id)
    if person.paused_at is None:
        return
    person.paused_at = None
    session.flush()
    changes = {"member": person.member_id}
    audit.record(session, "households:resume", ("member", holder_id), actor=actor, at=at, changes=changes)
    _announce(session, person, "resumed", actor, at)


def remove_person(session: Session, person_id: int, holder_id: int, *, actor: Actor, at: datetime) -> None:
    """The holder, or the shop in their place, ends it for one person. Raises PersonNotFound, Forbidden."""
    if not (actor.kind == "member" and actor.id == holder_id):
        actor.require(HOUSEHOLDS_REMOVE)
    person = _person(session, person_id, holder_id)
    session.delete(person)
    session.flush()
    changes = {"member": person.member_id}
    audit.record(session, "households:remove", ("member", holder_id), actor=actor, at=at, changes=changes)
    _announce(session, person, "removed", actor, at)


def leave_household(session: Session, member_id: int, *, actor: Actor, at: datetime) -> None:
    """The person goes. Who is in no household stays so: a second tap is no mistake."""
    person = session.scalar(select(HouseholdPerson).where(HouseholdPerson.member_id == member_id).with_for_update())
    if person is None:
        return
    session.delete(person)
    session.flush()
    changes = {"holder": person.holder_id}
    audit.record(session, "households:leave", ("member", member_id), actor=actor, at=at, changes=changes)
    _announce(session, person, "left", actor, at)


def require_shared(session: Session, share: Share, *, stored: int, points: int, at: datetime) -> None:
    """`stored` fen may leave the holder's wallet for this person, and `points` the holder's points. Called while these are locked and
    before their entries are written, so that of two payments at once the second sees the first.

    Raises ShareEnded where it is over, paused, another's or no longer so wide, OverHouseholdLimit.
    """
    now = find_share(session, share.member_id, at=at)
    if now is None or now.stopped or now.holder_id != share.holder_id:
        raise ShareEnded
    if (stored and not now.limits.wallet) or (points and not now.limits.points):
        raise ShareEnded
    room = now.limits.room(get_spent_today(session, now, at=at)) if stored else 0
    if stored > room:
        raise OverHouseholdLimit(room=money.text(room))


def _person(session: Session, person_id: int, holder_id: int) -> HouseholdPerson:
    mine = (HouseholdPerson.id == person_id, HouseholdPerson.holder_id == holder_id)
    known = 0 < person_id < 2**63
    person = session.scalar(select(HouseholdPerson).where(*mine).with_for_update()) if known else None
    if person is None:
        raise PersonNotFound
    return person


def _announce(session: Session, person: HouseholdPerson, what: str, actor: Actor, at: datetime) -> None:
    told_of = HouseholdChanged(person.holder_id, person.member_id, person.kinship, what, actor.kind, at.isoformat())
    announce(session, told_of, at=at)
