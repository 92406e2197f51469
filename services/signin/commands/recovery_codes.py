"""Ten codes that an owner prints and locks away: each stands once for the second step, or for a password that is lost."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import queries as identity
from services.identity.models import Staff
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.events import announce
from services.signin.errors import OwnersOnly
from services.signin.events import StaffWayChanged
from services.signin.models import RecoveryCode
from services.signin.queries.second_steps import is_owner

COUNT = 10


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


def _hash(code: str) -> str:
    return runtime.keys().hash(f"recovery:{code}")
