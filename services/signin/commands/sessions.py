"""Opening, using and closing sessions."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import queries as identity
from services.identity.models import Staff
from services.identity.permissions import STAFF_CHANGE
from services.messaging import commands as messaging
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.signin.errors import WrongPassword
from services.signin.models import MemberDevice, MemberSession, StaffSession
from services.signin.queries.sessions import reaches
from services.stores.queries import list_stores

STAFF_IDLE, STAFF_SESSION = timedelta(hours=8), timedelta(hours=16)  # a long pause, a long working day
MEMBER_IDLE, MEMBER_SESSION = (
    timedelta(days=180),
    timedelta(days=400),
)  # 400 days is the longest that browsers keep a cookie
SEEN_EVERY = timedelta(minutes=10)


def sign_in_staff(session: Session, known: Staff, *, browser: str, actor: Actor, at: datetime) -> str:
    """Open a session for the person whose password `queries.check_password` found right; returns the cookie's secret.

    They work in the store of their last session, else in the first they see. Raises WrongPassword when the password changed
    or the person was disabled since it was checked.
    """
    # The row is held: a new password, or disabling, that comes at this very moment waits and then ends this session too.
    session.execute(select(Staff.id).where(Staff.id == known.id).with_for_update(read=True))
    staff = identity.get_staff(session, known.id)
    session.refresh(staff)  # who was looked up in this transaction may have changed before the lock
    if staff.password_hash != known.password_hash or staff.disabled_at is not None:
        raise WrongPassword
    person = identity.actor_of_staff(session, staff, actor.origin)
    seen = [store.id for store in list_stores(session, actor=person)]
    last = session.scalar(
        select(StaffSession.store_id).where(StaffSession.staff_id == staff.id).order_by(StaffSession.id.desc()).limit(1)
    )
    store_id = last if last in seen else next(iter(seen), None)
    return open_staff_session(session, staff.id, store_id=store_id, browser=browser, actor=person, at=at)


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
        expires_at=at + STAFF_IDLE,
        ends_at=at + STAFF_SESSION,
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
        expires_at=at + MEMBER_IDLE,
        ends_at=at + MEMBER_SESSION,
    )
    session.add(row)
    session.flush()
    audit.record(session, "member_sessions:create", ("member", member_id), actor=actor, at=at)
    return clear


def choose_store(session: Session, session_id: int, store_id: int, *, actor: Actor, at: datetime) -> None:
    """Work in another store from now on. Raises NotFound for a store that this person does not see, or that is closed."""
    if store_id not in {store.id for store in list_stores(session, actor=actor)}:
        raise NotFound("store_not_found")
    row = session.get_one(StaffSession, session_id)
    row.store_id = store_id
    audit.record(session, "staff_sessions:change", ("staff", row.staff_id), actor=actor, at=at, store_id=store_id)


def revoke_staff_session(session: Session, session_id: int, *, actor: Actor, at: datetime) -> None:
    """Sign a staff browser out. One's own always; with `staff:change` those within reach. Raises NotFound, also for a stranger's."""
    row = session.get(StaffSession, session_id)
    if row is None or not (_is_own(actor, row.staff_id) or reaches(session, row.staff_id, actor)):
        raise NotFound
    row.revoked_at = row.revoked_at or at
    audit.record(session, "staff_sessions:revoke", ("staff", row.staff_id), actor=actor, at=at)


def revoke_staff_sessions(
    session: Session, staff_id: int, *, keep: int | None = None, actor: Actor, at: datetime
) -> None:
    """Sign someone out everywhere, but for the session `keep` (one's own, when one changes the own password)."""
    if not _is_own(actor, staff_id):
        actor.require(STAFF_CHANGE)
    live = update(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.revoked_at.is_(None))
    if keep is not None:
        live = live.where(StaffSession.id != keep)
    session.execute(live.values(revoked_at=at))
    audit.record(session, "staff_sessions:revoke", ("staff", staff_id), actor=actor, at=at)


def revoke_member_session(
    session: Session, session_id: int, *, elsewhere: bool = False, actor: Actor, at: datetime
) -> None:
    """Sign a member's browser out, with the member code that lives on it. Raises NotFound for somebody else's.

    `elsewhere`: it is not the one that asks (a lost phone). Nobody knows which subscription is its own, so no device is pushed to any more
    until its app is opened again; the others subscribe anew by themselves.
    """
    row = session.get(MemberSession, session_id)
    if row is None or actor.kind != "member" or row.member_id != actor.id:
        raise NotFound
    row.revoked_at = row.revoked_at or at
    session.execute(
        update(MemberDevice)
        .where(MemberDevice.session_id == row.id, MemberDevice.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    if elsewhere:
        messaging.unsubscribe_all(session, row.member_id, actor=actor, at=at)
    audit.record(session, "member_sessions:revoke", ("member", row.member_id), actor=actor, at=at)


def revoke_other_member_sessions(session: Session, member_id: int, *, keep: int, actor: Actor, at: datetime) -> int:
    """Sign a member out on every browser but the session `keep`, with the member codes of the others; how many. NotFound for another's."""
    if actor.kind != "member" or actor.id != member_id:
        raise NotFound
    others = select(MemberSession.id).where(
        MemberSession.member_id == member_id, MemberSession.revoked_at.is_(None), MemberSession.expires_at > at,
        MemberSession.id != keep,
    )  # fmt: skip
    ids = session.scalars(others).all()
    for session_id in ids:
        revoke_member_session(session, session_id, elsewhere=True, actor=actor, at=at)
    return len(ids)


def end_member_sessions(session: Session, member_id: int, *, actor: Actor, at: datetime) -> None:
    """Sign a member out everywhere, with the codes and the notifications of every browser. Nothing happens where none is in.

    Who may ask for it is the caller's to know.
    """
    ended = session.execute(
        update(MemberSession)
        .where(MemberSession.member_id == member_id, MemberSession.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(MemberSession.id)
    ).all()
    session.execute(
        update(MemberDevice)
        .where(MemberDevice.member_id == member_id, MemberDevice.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    messaging.unsubscribe_all(session, member_id, actor=actor, at=at)
    if ended:
        audit.record(session, "member_sessions:revoke", ("member", member_id), actor=actor, at=at)


def touch_session(session: Session, app: str, session_id: int, *, at: datetime) -> None:
    """Note that a session was used: it may be idle anew, but never beyond its end. A session that is over stays over."""
    table, idle = (MemberSession, MEMBER_IDLE) if app == "member" else (StaffSession, STAFF_IDLE)
    live = (table.id == session_id, table.revoked_at.is_(None), table.expires_at > at, table.seen_at <= at - SEEN_EVERY)
    ends_at = session.scalar(select(table.ends_at).where(*live))
    if ends_at is not None:
        session.execute(update(table).where(*live).values(seen_at=at, expires_at=min(ends_at, at + idle)))


def _is_own(actor: Actor, staff_id: int) -> bool:
    return actor.kind == "staff" and actor.id == staff_id
