"""Reading a member code that was scanned without network: by the moment when it was scanned, once, and never to spend on."""

from datetime import datetime

from sqlalchemy import case, exists, or_, select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.models import Member
from services.shared import runtime
from services.shared.actors import Actor
from services.signin import permissions, rules
from services.signin.commands.devices import PURPOSE
from services.signin.models import MemberDevice, MemberSession, Scan

OFFLINE = "offline"  # instead of an actor's kind: no sale of anybody's may spend on such a scan


def read_past_code(
    session: Session, digits: str, *, store_id: int, scanned_at: datetime, actor: Actor, at: datetime
) -> Scan | None:
    """Whose code was scanned at `scanned_at`; None where it was not genuine or not alive then, or was used before.

    A newer code of the same phone may have been used since: what counts is whether this very one was.
    """
    actor.require(permissions.SCANS_CREATE, store_id)
    read, then = rules.read_code(digits), rules.step_at(scanned_at)
    device = _device(session, read.handle, scanned_at) if read else None
    step = rules.candidate_step(read.hint, then) if read else -1
    genuine = (
        read is not None
        and device is not None
        and step >= 0
        and rules.mac_fits(runtime.keys().decrypt(device.secret, PURPOSE), read, step)
        and rules.standing(step, then) == "good"
    )
    if device is None or not genuine or not _use_up(session, device.id, step):
        audit.record(session, "scans:miss", ("scan", None), actor=actor, at=at, store_id=store_id)
        return None
    scan = Scan(
        member_id=device.member_id, device_id=device.id, step=step, store_id=store_id, actor_kind=OFFLINE,
        actor_id=actor.id, at=scanned_at,
    )  # fmt: skip
    session.add(scan)
    session.flush()
    audit.record(session, "scans:create", ("member", scan.member_id), actor=actor, at=at, store_id=store_id)
    return scan


def _device(session: Session, handle: str, moment: datetime) -> MemberDevice | None:
    """The device that made codes under this handle at that moment."""
    return session.scalar(
        select(MemberDevice)
        .join(Member, Member.id == MemberDevice.member_id)
        .join(MemberSession, MemberSession.id == MemberDevice.session_id)
        .where(
            MemberDevice.handle == handle,
            or_(MemberDevice.revoked_at.is_(None), MemberDevice.revoked_at > moment),
            or_(MemberSession.revoked_at.is_(None), MemberSession.revoked_at > moment),
            MemberSession.expires_at > moment,
            Member.archived_at.is_(None),
        )
    )


def _use_up(session: Session, device_id: int, step: int) -> bool:
    """Whether nobody used this very code before; the device's row is held meanwhile, so that of two at once one gets it."""
    newest = case((MemberDevice.last_step < step, step), else_=MemberDevice.last_step)
    session.execute(update(MemberDevice).where(MemberDevice.id == device_id).values(last_step=newest))
    used = exists().where(Scan.device_id == device_id, Scan.step == step)
    return not session.scalar(select(used))
