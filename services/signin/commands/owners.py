"""The way back in for whoever lost every other."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import commands as identity
from services.identity import queries
from services.identity.models import Staff
from services.identity.permissions import STAFF_CHANGE
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin.commands.passkeys import remove_passkey
from services.signin.commands.recovery_codes import use_recovery_code, use_shown_code
from services.signin.commands.second_steps import drop_second_steps
from services.signin.commands.staff import set_password
from services.signin.commands.staff_pins import drop_staff_pin
from services.signin.events import StaffWayChanged
from services.signin.models import Passkey
from services.signin.queries.passkeys import list_passkeys


def reset_owner(session: Session, username: str, password: str, *, actor: Actor, at: datetime) -> Staff:
    """A new password for an owner, with every session over, every passkey gone and the account alive again.

    Without `username` it is the only owner's. Raises Invalid where that is nobody's, or there are several.
    """
    actor.require(STAFF_CHANGE)
    owner = _owner(session, username.strip().lower())
    set_password(session, owner.id, password, actor=actor, at=at)
    if owner.disabled_at is not None:
        identity.enable_staff(session, owner.id, actor=actor, at=at)
    audit.record(session, "staff:reset_owner", ("staff", owner.id), actor=actor, at=at)
    return owner


def recover_staff(session: Session, username: str, code: str, password: str, *, actor: Actor, at: datetime) -> bool:
    """A new password for an owner who has one of the codes on paper, or a colleague to whom a manager shows one, as `reset_owner` gives
    one; they and every owner hear of it.

    False when it is nobody's user name, or the code is wrong, over or used. Other codes on paper stay.
    """
    staff = queries.find_staff(session, username)
    if staff is None:
        return False
    known = [each.id for each in list_passkeys(session, "staff", staff.id)]
    # In the order in which a sign-in locks them: passkeys, the person, the codes.
    session.execute(select(Passkey.id).where(Passkey.id.in_(known)).order_by(Passkey.id).with_for_update())
    session.refresh(staff, with_for_update=True)
    if staff.disabled_at is not None:
        return False
    person = queries.actor_of_staff(session, staff, actor.origin)
    ways = (use_recovery_code, use_shown_code)
    if not any(use(session, staff, code, actor=person, at=at) for use in ways):
        audit.record(session, "recovery_codes:miss", ("staff", staff.id), actor=actor, at=at)
        return False
    for passkey_id in known:
        remove_passkey(session, passkey_id, actor=person, at=at)
    set_password(session, staff.id, password, actor=person, at=at)
    identity.revoke_tokens_of(session, staff.id, actor=person, at=at)
    drop_second_steps(session, staff.id, codes=False)
    drop_staff_pin(session, staff.id)
    announce(session, StaffWayChanged(staff.id, "recovered", at.isoformat()), at=at)
    return True


def _owner(session: Session, username: str) -> Staff:
    owners = queries.list_owners(session)
    found = [each for each in owners if username in ("", each.username)]
    if len(found) == 1:
        return found[0]
    raise Invalid(
        {"username": [N_("没有这个老板，或者不止一位：请写清楚用户名"), *(each.username for each in owners)]},
        "owner_unclear",
    )
