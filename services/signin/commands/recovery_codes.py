"""Ten codes that an owner prints and locks away: each stands once for the second step, or for a password that is lost. And the one that a
manager shows a colleague, which stands for the password alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import queries as identity
from services.identity.models import Staff
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Forbidden
from services.signin.errors import OwnersOnly
from services.signin.events import StaffWayChanged
from services.signin.models import RecoveryCode, ShownRecoveryCode
from services.signin.permissions import STAFF_RECOVER
from services.signin.queries.second_steps import is_owner
from services.signin.rules import CODE_LIFE

COUNT = 10


@dataclass(frozen=True)
class ShownCode:
    """A fresh code in clear, told once."""

    code: str
    expires_at: datetime


def make_recovery_codes(session: Session, *, actor: Actor, at: datetime) -> list[str]:
    """Ten fresh codes of the owner who asks, told once; those made before end. Raises OwnersOnly for anybody else."""
    if actor.kind != "staff" or actor.id is None or not is_owner(session, identity.get_staff(session, actor.id)):
        raise OwnersOnly
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == actor.id))
    codes = [ids.short_code() for _ in range(COUNT)]
    session.add_all(RecoveryCode(staff_id=actor.id, code_hash=_hash(code), created_at=at) for code in codes)
    audit.record(session, "recovery_codes:create", ("staff", actor.id), actor=actor, at=at)
    announce(session, StaffWayChanged(actor.id, "codes_made", at.isoformat()), at=at)
    return codes


def use_recovery_code(session: Session, staff: Staff, typed: str, *, actor: Actor, at: datetime) -> bool:
    """Whether it is a code of this owner's that was not used yet; used up with this, and every owner hears of it."""
    code = ids.read_short_code(typed)
    if code is None or not is_owner(session, staff):
        return False
    used = (
        update(RecoveryCode)
        .where(RecoveryCode.code_hash == _hash(code), RecoveryCode.staff_id == staff.id, RecoveryCode.used_at.is_(None))
        .values(used_at=at)
        .returning(RecoveryCode.id)
    )
    if session.execute(used).first() is None:
        return False
    audit.record(session, "recovery_codes:use", ("staff", staff.id), actor=actor, at=at)
    announce(session, StaffWayChanged(staff.id, "code_used", at.isoformat()), at=at)
    return True


def show_recovery_code(session: Session, staff_id: int, *, actor: Actor, at: datetime) -> ShownCode:
    """A code with which a colleague sets a new password, told once, for ten minutes; one that was shown before ends. They hear of it.

    Of who may no more than `actor`, in no other store, and never oneself. Raises Forbidden, NotFound.
    """
    actor.require(STAFF_RECOVER)
    card = identity.require_reach(session, staff_id, actor=actor)
    if card.disabled or (actor.kind == "staff" and actor.id == staff_id):
        raise Forbidden
    fresh = ShownCode(ids.short_code(), at + CODE_LIFE)
    drop_shown_code(session, staff_id)
    shown_by = actor.id if actor.kind == "staff" else None
    session.add(
        ShownRecoveryCode(
            staff_id=staff_id, code_hash=_hash(fresh.code), shown_by=shown_by, expires_at=fresh.expires_at
        )
    )
    session.flush()
    audit.record(session, "recovery_codes:show", ("staff", staff_id), actor=actor, at=at)
    announce(session, StaffWayChanged(staff_id, "code_shown", at.isoformat()), at=at)
    return fresh


def use_shown_code(session: Session, staff: Staff, typed: str, *, actor: Actor, at: datetime) -> bool:
    """Whether it is the code that was shown for this colleague; used up with this."""
    code = ids.read_short_code(typed)
    if code is None:
        return False
    mine = (ShownRecoveryCode.staff_id == staff.id, ShownRecoveryCode.code_hash == _hash(code))
    used = delete(ShownRecoveryCode).where(*mine, ShownRecoveryCode.expires_at > at)
    if session.execute(used.returning(ShownRecoveryCode.staff_id)).first() is None:
        return False
    audit.record(session, "recovery_codes:use", ("staff", staff.id), actor=actor, at=at)
    return True


def drop_shown_code(session: Session, staff_id: int) -> None:
    """What was shown is good for nothing any more."""
    session.execute(delete(ShownRecoveryCode).where(ShownRecoveryCode.staff_id == staff_id))


def _hash(code: str) -> str:
    return runtime.keys().hash(f"recovery:{code}")
