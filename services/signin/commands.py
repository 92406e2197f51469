"""Opening and closing sessions."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.signin.models import MemberSession, StaffSession

STAFF_SESSION = timedelta(hours=16)  # one long working day
MEMBER_SESSION = timedelta(days=180)


def open_staff_session(
    session: Session, staff_id: int, *, store_id: int | None, browser: str, actor: Actor, at: datetime
) -> str:
    """Sign a member of staff in on this browser; returns the cookie's secret, kept here as a hash."""
    clear = ids.token()
    row = StaffSession(
        token_hash=runtime.keys().hash(clear),
        staff_id=staff_id,
        store_id=store_id,
        browser=browser[:200],
        address=actor.origin.split(" ", 1)[0],
        created_at=at,
        seen_at=at,
        expires_at=at + STAFF_SESSION,
    )
    session.add(row)
    session.flush()
    audit.record(session, "staff_sessions:create", ("staff", staff_id), actor=actor, at=at, store_id=store_id)
    return clear


def open_member_session(session: Session, member_id: int, *, browser: str, actor: Actor, at: datetime) -> str:
    """Sign a member in on this browser; returns the cookie's secret, kept here as a hash."""
    clear = ids.token()
    row = MemberSession(
        token_hash=runtime.keys().hash(clear),
        member_id=member_id,
        browser=browser[:200],
        address=actor.origin.split(" ", 1)[0],
        created_at=at,
        seen_at=at,
        expires_at=at + MEMBER_SESSION,
    )
    session.add(row)
    session.flush()
    audit.record(session, "member_sessions:create", ("member", member_id), actor=actor, at=at)
    return clear
