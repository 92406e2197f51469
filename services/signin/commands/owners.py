"""The way back in for an owner who lost every other."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import commands as identity
from services.identity import queries
from services.identity.models import Staff
from services.identity.permissions import STAFF_CHANGE
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin.commands.staff import set_password


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


def _owner(session: Session, username: str) -> Staff:
    owners = queries.list_owners(session)
    found = [each for each in owners if username in ("", each.username)]
    if len(found) == 1:
        return found[0]
    raise Invalid(
        {"username": [N_("没有这个老板，或者不止一位：请写清楚用户名"), *(each.username for each in owners)]},
        "owner_unclear",
    )
