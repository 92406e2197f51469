"""Reading a member code at the counter: once, and only while it lives."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.models import Member
from services.shared import limits, runtime
from services.shared.actors import Actor
from services.shared.database import transaction
from services.shared.events import announce
from services.signin import permissions, rules
from services.signin.commands.devices import PURPOSE
from services.signin.errors import ClockSkew, CodeExpired, CodeUnknown, CodeUsed
from services.signin.events import CodesGuessed
from services.signin.models import MemberDevice, MemberSession, Scan

WRONG_PER_HANDLE = limits.Rule("member_code:handle", most=5, seconds=600)
WRONG_PER_ACTOR = limits.Rule("member_code:actor", most=20, seconds=3600)


def scan_member_code(session: Session, digits: str, *, store_id: int, actor: Actor, at: datetime) -> Scan:
    """Read a member code: the scan identifies the member and may be spent on once.

    Raises CodeUnknown (404), CodeUsed (409), CodeExpired (410), ClockSkew (422, with the seconds). The single use is one
    monotonic UPDATE, so of any number of scans at once exactly one gets through. The two-digit hint names one step within
    ±50 of now (12½ minutes): a genuine code from further away meets another step, does not fit, and is unknown.
    """
    actor.require(permissions.SCANS_CREATE, store_id)
    read = rules.read_code(digits)
    device = _device(session, read.handle, at) if read else None
    if read is None or device is None:
        raise CodeUnknown
    now_step = rules.step_at(at)
    step = rules.candidate_step(read.hint, now_step)
    if step < 0 or not rules.mac_fits(runtime.keys().decrypt(device.secret, PURPOSE), read, step):
        raise CodeUnknown
    _require_good(step, now_step)
    if not _use_up(session, device.id, step, at):
        raise CodeUsed
    scan = Scan(
        member_id=device.member_id,
        device_id=device.id,
        step=step,
        store_id=store_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        at=at,
    )
    session.add(scan)
    session.flush()
    audit.record(session, "scans:create", ("member", scan.member_id), actor=actor, at=at, store_id=store_id)
    return scan


def require_room_for_guess(digits: str, *, actor: Actor, at: datetime) -> None:
    """Raise TooMany when this handle is frozen or this actor has guessed too often. Outside of any transaction."""
    read = rules.read_code(digits)
    if read is not None:
        limits.require_room(WRONG_PER_HANDLE, read.handle, at=at)
    limits.require_room(WRONG_PER_ACTOR, actor.scope, at=at)


def note_wrong_code(digits: str, *, actor: Actor, at: datetime) -> None:
    """Count a wrong guess against handle and actor, and leave an audit line: an alarm, of which the owner is told, when it was the
    last one allowed.

    Outside of any transaction. Raises TooMany where many guesses at once went past `require_room_for_guess`.
    """
    read = rules.read_code(digits)
    left = limits.spend(WRONG_PER_ACTOR, actor.scope, at=at)
    with transaction() as session:
        audit.record(session, "scans:alarm" if left == 0 else "scans:miss", ("scan", None), actor=actor, at=at)
        if left == 0:
            announce(session, CodesGuessed(actor.name, WRONG_PER_ACTOR.most, at.isoformat()), at=at)
    if read is not None:
        limits.spend(WRONG_PER_HANDLE, read.handle, at=at)


def _device(session: Session, handle: str, at: datetime) -> MemberDevice | None:
    """The device with this handle, as long as the session lives in which it was made: who is signed out makes no codes."""
    return session.scalar(
        select(MemberDevice)
        .join(Member, Member.id == MemberDevice.member_id)
        .join(MemberSession, MemberSession.id == MemberDevice.session_id)
        .where(
            MemberDevice.handle == handle,
            MemberDevice.revoked_at.is_(None),
            MemberSession.revoked_at.is_(None),
            MemberSession.expires_at > at,
            Member.archived_at.is_(None),
        )
    )


def _require_good(step: int, now_step: int) -> None:
    standing = rules.standing(step, now_step)
    if standing == "expired":
        raise CodeExpired
    if standing == "ahead":
        raise ClockSkew(seconds=(step - now_step) * rules.STEP_SECONDS)


def _use_up(session: Session, device_id: int, step: int, at: datetime) -> bool:
    used = session.execute(
        update(MemberDevice)
        .where(MemberDevice.id == device_id, MemberDevice.last_step < step)
        .values(last_step=step, seen_at=at)
        .returning(MemberDevice.id)
    )
    return used.first() is not None
