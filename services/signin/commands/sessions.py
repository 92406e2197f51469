"""Opening, using and closing sessions."""

from datetime import datetime, timedelta
from typing import Literal

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
from services.signin.commands.shop_devices import end_sessions_of_device, hold_device
from services.signin.errors import WrongPassword
from services.signin.models import MemberDevice, MemberSession, StaffSession
from services.signin.queries.sessions import opens_by_shown_code, reaches
from services.stores.queries import list_stores, load_settings

STAFF_IDLE, STAFF_SESSION = timedelta(hours=8), timedelta(hours=16)  # a long pause, a long working day
MEMBER_IDLE, MEMBER_SESSION = (
    timedelta(days=180),
    timedelta(days=400),
)  # 400 days is the longest that browsers keep a cookie
FORMER_SECRET = timedelta(seconds=30)  # a page asks for things by itself meanwhile: they are not signed out
SEEN_EVERY = timedelta(minutes=10)
SEEN_ON_DEVICE, COVERED_BEFORE = (
    timedelta(seconds=20),
    timedelta(seconds=40),
)  # the screen is covered before the server refuses
Way = Literal["password", "passkey"]


def sign_in_staff(
    session: Session, known: Staff, *, by: Way = "password", device: str | None = None, browser: str, actor: Actor,
    at: datetime,
) -> str:  # fmt: skip
    """Open a session for the person whose password `queries.check_password` found right; returns the cookie's secret.

    `by` is what they came in with, `device` the key of the shop's device it is on. They work in its store, else in that of their last
    session, else in the first they see. Raises WrongPassword when the password changed or the person was disabled since it was checked.
    """
    staff = hold_checked(session, known)
    person = identity.actor_of_staff(session, staff, actor.origin)
    seen = [store.id for store in list_stores(session, actor=person)]
    last = session.scalar(
        select(StaffSession.store_id).where(StaffSession.staff_id == staff.id).order_by(StaffSession.id.desc()).limit(1)
    )
    own = hold_device(session, device, at=at)
    likely = (own.store_id if own else None, last)
    store_id = next((store for store in likely if store in seen), next(iter(seen), None))
    return open_staff_session(
        session,
        staff.id,
        store_id=store_id,
        device_id=own.id if own else None,
        by=by,
        browser=browser,
        actor=person,
        at=at,
    )


def hold_checked(session: Session, known: Staff) -> Staff:
    """The person whose password was checked, held: a new password, or disabling, that comes at this very moment waits and then ends what
    this opens, too. Raises WrongPassword when either came before."""
    session.execute(select(Staff.id).where(Staff.id == known.id).with_for_update(read=True))
    staff = identity.get_staff(session, known.id)
    checked = known.password_hash
    session.refresh(staff)  # who was looked up in this transaction may have changed before the lock
    if staff.password_hash != checked or staff.disabled_at is not None:
        raise WrongPassword
    return staff


def open_staff_session(
    session: Session,
    staff_id: int,
    *,
    store_id: int | None,
    device_id: int | None = None,
    by: Way | Literal["pin"] = "password",
    browser: str,
    actor: Actor,
    at: datetime,
) -> str:
    """Sign a member of staff in on this browser; returns the cookie's secret, kept here as a hash.

    On a device of the shop whoever was in before is out. A PIN lets in, but verifies nobody.
    """
    clear = ids.token()
    if device_id is not None:
        end_sessions_of_device(session, device_id, at=at)
    row = StaffSession(
        token_hash=runtime.keys().hash(clear),
        staff_id=staff_id,
        store_id=store_id,
        browser=browser[:200],
        address=actor.origin.split(" ", 1)[0],
        created_at=at,
        seen_at=at,
        expires_at=at + (STAFF_IDLE if device_id is None else _until_locked(session)),
        ends_at=at + STAFF_SESSION,
        verified_at=None if by == "pin" else at,
        verified_by=None if by == "pin" else by,
        device_id=device_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, "staff_sessions:create", ("staff", staff_id), actor=actor, at=at, store_id=store_id)
    return clear


def open_member_session(
    session: Session, member_id: int, *, known: str = "", proven: bool = False, browser: str, actor: Actor, at: datetime
) -> str:
    """Sign a member in on this browser; returns the cookie's secret, kept here as a hash. `known` is what the browser keeps for good;
    `proven`: by a code or a passkey."""
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
        known_hash=runtime.keys().hash(known) if known else None,
        proven_at=at if proven else None,
        by_shown_code=opens_by_shown_code(session, member_id, at=at),
    )
    session.add(row)
    session.flush()
    audit.record(session, "member_sessions:create", ("member", member_id), actor=actor, at=at)
    return clear


def verify_session(session: Session, session_id: int, *, by: Way, actor: Actor, at: datetime) -> str:
    """The person of this session has just proven to be here. It goes on under the new secret which this returns: what was stolen before
    does not gain by it. The former one is good for what is under way, `FORMER_SECRET` long and unverified. Raises NotFound when the session
    is over, or not of `actor`."""
    clear = ids.token()
    live = (
        StaffSession.id == session_id, StaffSession.staff_id == actor.id, StaffSession.revoked_at.is_(None), StaffSession.expires_at > at,
    )  # fmt: skip
    former = {"former_hash": StaffSession.token_hash, "former_until": at + FORMER_SECRET}
    fresh = former | {"verified_at": at, "verified_by": by, "token_hash": runtime.keys().hash(clear)}
    found = session.execute(update(StaffSession).where(*live).values(fresh).returning(StaffSession.id)).first()
    if actor.kind != "staff" or found is None:
        raise NotFound
    audit.record(session, "staff_sessions:verify", ("staff", actor.id), actor=actor, at=at, changes={"by": by})
    return clear


def prove_member_session(
    session: Session, session_id: int, *, by: Literal["code", "passkey"], actor: Actor, at: datetime
) -> str:
    """The member of this session has just proven to be here; it goes on under the new secret which this returns. NotFound where it is over,
    or not of `actor`."""
    clear = ids.token()
    live = (
        MemberSession.id == session_id, MemberSession.member_id == actor.id, MemberSession.revoked_at.is_(None),
        MemberSession.expires_at > at,
    )  # fmt: skip
    fresh = {"proven_at": at, "token_hash": runtime.keys().hash(clear)}
    row = session.execute(update(MemberSession).where(*live).values(fresh).returning(MemberSession.id)).first()
    if row is None or actor.kind != "member":
        raise NotFound
    audit.record(session, "member_sessions:prove", ("member", actor.id), actor=actor, at=at, changes={"way": by})
    return clear


def choose_store(session: Session, session_id: int, store_id: int, *, actor: Actor, at: datetime) -> None:
    """Work in another store from now on. Raises NotFound for a store that this person does not see, or that is closed."""
    if store_id not in {store.id for store in list_stores(session, actor=actor)}:
        raise NotFound("store_not_found")
    row = session.get_one(StaffSession, session_id)
    row.store_id = store_id
    audit.record(session, "staff_sessions:change", ("staff", row.staff_id), actor=actor, at=at, store_id=store_id)


def revoke_staff_session(
    session: Session, session_id: int, *, of: int | None = None, actor: Actor, at: datetime
) -> None:
    """Sign a staff browser out. One's own always; with `staff:change` those within reach. Raises NotFound, also for a stranger's.

    `of` is whose it must be, where a page or address names somebody.
    """
    row = session.get(StaffSession, session_id)
    if (
        row is None
        or of not in (None, row.staff_id)
        or not (_is_own(actor, row.staff_id) or reaches(session, row.staff_id, actor))
    ):
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
        session.execute(  # that phone is no longer one of theirs, whatever it keeps
            update(MemberSession)
            .where(MemberSession.member_id == row.member_id, MemberSession.known_hash == row.known_hash)
            .values(known_hash=None)
        )
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


def end_member_sessions(
    session: Session, member_id: int, *, keep: int | None = None, notices: bool = False, actor: Actor, at: datetime
) -> None:
    """Sign a member out everywhere (but for the session `keep`), with the codes and the notifications of every browser. Nothing happens
    where none is in. `notices`: the browsers still hear what becomes of their card.

    Who may ask for it is the caller's to know.
    """
    ended = session.execute(
        update(MemberSession)
        .where(
            MemberSession.member_id == member_id, MemberSession.revoked_at.is_(None), MemberSession.id != (keep or 0)
        )
        .values(revoked_at=at)
        .returning(MemberSession.id)
    ).all()
    session.execute(
        update(MemberDevice)
        .where(MemberDevice.member_id == member_id, MemberDevice.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    if not notices:
        messaging.unsubscribe_all(session, member_id, actor=actor, at=at)
    if ended:
        audit.record(session, "member_sessions:revoke", ("member", member_id), actor=actor, at=at)


def touch_session(session: Session, app: str, session_id: int, *, at: datetime) -> None:
    """Note that a session was used: it may be idle anew, but never beyond its end. A session that is over stays over."""
    table, idle = (MemberSession, MEMBER_IDLE) if app == "member" else (StaffSession, STAFF_IDLE)
    row = session.get(MemberSession, session_id) if app == "member" else session.get(StaffSession, session_id)
    if row is None:
        return
    every = SEEN_EVERY
    if isinstance(row, StaffSession) and row.device_id is not None:
        idle, every = _until_locked(session), SEEN_ON_DEVICE
    live = (table.id == session_id, table.revoked_at.is_(None), table.expires_at > at, table.seen_at <= at - every)
    session.execute(update(table).where(*live).values(seen_at=at, expires_at=min(row.ends_at, at + idle)))


def _until_locked(session: Session) -> timedelta:
    """How long nobody may touch a device of the shop before it asks for a PIN again."""
    return timedelta(minutes=int(load_settings(session)["security.lock_minutes"])) + COVERED_BEFORE


def _is_own(actor: Actor, staff_id: int) -> bool:
    return actor.kind == "staff" and actor.id == staff_id
