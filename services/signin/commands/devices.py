"""Phones that make member codes."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.signin import rules
from services.signin.models import MemberDevice
from services.signin.queries.freezes import require_unfrozen

PURPOSE = "member-device"


@dataclass(frozen=True)
class IssuedDevice:
    """A device's handle, and its secret (base64url) when it is new: told once."""

    handle: str
    secret: str | None


def issue_device(
    session: Session, *, session_id: int, handle: str | None, name: str, actor: Actor, at: datetime
) -> IssuedDevice:
    """Make this browser of the member a device, or confirm that it still is one (then without a secret)."""
    require_unfrozen(session, int(actor.id or 0))
    known = _find(session, handle, actor) if handle else None
    if known is not None and known.session_id == session_id:
        known.seen_at = at  # no audit line: every start of the app asks
        return IssuedDevice(known.handle, None)
    session.execute(  # one device per signed-in browser: the former secret of this one is void
        update(MemberDevice)
        .where(MemberDevice.session_id == session_id, MemberDevice.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    secret = secrets.token_bytes(32)
    row = MemberDevice(
        member_id=actor.id,
        session_id=session_id,
        handle=_fresh_handle(session),
        secret=runtime.keys().encrypt(secret, PURPOSE),
        name=name[:60],
        created_at=at,
        seen_at=at,
    )
    session.add(row)
    session.flush()
    audit.record(session, "devices:create", ("device", row.id), actor=actor, at=at)
    return IssuedDevice(row.handle, base64.urlsafe_b64encode(secret).rstrip(b"=").decode())


def revoke_device(session: Session, handle: str, *, actor: Actor, at: datetime) -> None:
    """The member takes a device away; its codes stop working. Raises NotFound for somebody else's."""
    device = _find(session, handle, actor)
    if device is None:
        raise NotFound
    device.revoked_at = at
    audit.record(session, "devices:revoke", ("device", device.id), actor=actor, at=at)


def make_code_here(session: Session, *, session_id: int, name: str, actor: Actor, at: datetime) -> str:
    """A member code made by the server, for a browser that may not keep a secret (plain http has no WebCrypto)."""
    device = session.scalar(
        select(MemberDevice).where(
            MemberDevice.session_id == session_id,
            MemberDevice.member_id == actor.id,
            MemberDevice.revoked_at.is_(None),
        )
    )
    if device is None:
        handle = issue_device(session, session_id=session_id, handle=None, name=name, actor=actor, at=at).handle
        device = session.scalars(select(MemberDevice).where(MemberDevice.handle == handle)).one()
    step = min(max(rules.step_at(at), device.last_step + 1), rules.step_at(at) + rules.NEWEST)
    return rules.make_code(runtime.keys().decrypt(device.secret, PURPOSE), device.handle, step)


def _find(session: Session, handle: str, actor: Actor) -> MemberDevice | None:
    if not (len(handle) == 8 and handle.isascii() and handle.isdigit()):
        return None
    return session.scalar(
        select(MemberDevice).where(
            MemberDevice.handle == handle, MemberDevice.member_id == actor.id, MemberDevice.revoked_at.is_(None)
        )
    )


def _fresh_handle(session: Session) -> str:
    while True:
        handle = ids.digits(8)
        if session.scalar(select(MemberDevice.id).where(MemberDevice.handle == handle)) is None:
            return handle
