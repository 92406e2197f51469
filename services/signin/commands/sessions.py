"""Opening, using and closing sessions."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import queries as identity
from services.identity.rules import password_matches
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.signin.errors import WrongPassword
from services.signin.models import MemberDevice, MemberSession, StaffSession
from services.stores.queries import get_store, list_stores

STAFF_SESSION = timedelta(hours=16)  # one long working day
MEMBER_SESSION = timedelta(days=180)
SEEN_EVERY = timedelta(minutes=10)


def sign_in_staff(
    session: Session, username: str, password: str, *, browser: str, actor: Actor, at: datetime
) -> tuple[int, str]:
    """Check user name and password and open a session: (staff id, cookie's secret). Raises WrongPassword.

    Guesses are limited by the edge, in a transaction that a refusal does not take back.
    """
    staff = identity.find_staff(session, username)
    right = password_matches(staff.password_hash if staff else None, password)
    if staff is None or not right or staff.disabled_at is not None:
        raise WrongPassword
    person = identity.actor_of_staff(session, staff, actor.origin)
    seen = {store.id for store in list_stores(session, actor=person)}
    last = session.scalar(
        select(StaffSession.store_id).where(StaffSession.staff_id == staff.id).order_by(StaffSession.id.desc()).limit(1)
    )
    store_id = last if last in seen else min(seen, default=None)
    return staff.id, open_staff_session(session, staff.id, store_id=store_id, browser=browser, actor=person, at=at)


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


def choose_store(session: Session, session_id: int, store_id: int, *, actor: Actor, at: datetime) -> None:
    """Work in another store from now on. Raises NotFound for a store this person does not see."""
    get_store(session, store_id, actor=actor)
    row = session.get_one(StaffSession, session_id)
    row.store_id = store_id
    audit.record(session, "staff_sessions:change", ("staff", row.staff_id), actor=actor, at=at, store_id=store_id)


def revoke_staff_session(session: Session, session_id: int, *, actor: Actor, at: datetime) -> None:
    """Sign a staff browser out. One's own always; others' with `staff:change`. Raises NotFound."""
    row = session.get(StaffSession, session_id)
    if row is None or row.staff_id != actor.id:
        actor.require("staff:change")
    if row is None:
        raise NotFound
    row.revoked_at = row.revoked_at or at
    audit.record(session, "staff_sessions:revoke", ("staff", row.staff_id), actor=actor, at=at)


def revoke_member_session(session: Session, session_id: int, *, actor: Actor, at: datetime) -> None:
    """Sign a member's browser out, with the member code that lives on it. Raises NotFound for somebody else's."""
    row = session.get(MemberSession, session_id)
    if row is None or row.member_id != actor.id:
        raise NotFound
    row.revoked_at = row.revoked_at or at
    session.execute(
        update(MemberDevice)
        .where(MemberDevice.session_id == row.id, MemberDevice.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    audit.record(session, "member_sessions:revoke", ("member", row.member_id), actor=actor, at=at)


def touch_session(session: Session, app: str, session_id: int, *, at: datetime) -> None:
    """Note that a session was used; a member's stretches on by its 180 days."""
    table = MemberSession if app == "member" else StaffSession
    values = {"seen_at": at} | ({"expires_at": at + MEMBER_SESSION} if app == "member" else {})
    session.execute(update(table).where(table.id == session_id, table.seen_at < at - SEEN_EVERY).values(values))
