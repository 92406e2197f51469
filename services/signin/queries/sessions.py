"""Looking up sessions, devices, and whose password it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.identity.models import Staff
from services.identity.permissions import STAFF_CHANGE
from services.members.models import Member
from services.shared import runtime
from services.shared.actors import Actor
from services.signin import rules
from services.signin.errors import WrongPassword
from services.signin.models import DevelopmentMail, MemberDevice, MemberSession, OneTimeCode, Passkey, StaffSession


@dataclass(frozen=True)
class StaffPass:
    """A live staff session and whose it is. `former`: by the secret it had until a moment ago, which verifies nobody."""

    session: StaffSession
    staff: Staff
    former: bool = False


@dataclass(frozen=True)
class MemberPass:
    """A live member session and whose it is."""

    session: MemberSession
    member: Member


def check_password(session: Session, username: str, password: str) -> Staff:
    """Whose user name and password this is. Raises WrongPassword, after the same time, also for a disabled or unknown person.

    Slow on purpose, so never inside a writing transaction; the edge limits the guesses.
    """
    staff = identity.find_staff(session, username)
    right = identity.has_password(staff, password)
    if staff is None or not right or staff.disabled_at is not None:
        raise WrongPassword
    return staff


def reaches(session: Session, staff_id: int, actor: Actor) -> bool:
    """Whether `actor` may end this person's sessions and passkeys."""
    staff = identity.get_staff(session, staff_id)
    return actor.may(STAFF_CHANGE) and identity.is_within_reach(session, staff, actor)


def find_staff_pass(session: Session, token: str, *, at: datetime) -> StaffPass | None:
    """The live staff session of this cookie; None when unknown, expired, revoked or the person disabled."""
    hashed = runtime.keys().hash(token)
    live = (
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(StaffSession.revoked_at.is_(None), StaffSession.expires_at > at, Staff.disabled_at.is_(None))
    )
    row = session.execute(live.where(StaffSession.token_hash == hashed)).first()
    if row is not None:
        return StaffPass(row[0], row[1])
    row = session.execute(live.where(StaffSession.former_hash == hashed, StaffSession.former_until > at)).first()
    return StaffPass(row[0], row[1], former=True) if row else None


def find_member_pass(session: Session, token: str, *, at: datetime) -> MemberPass | None:
    """The live member session of this cookie; None when unknown, expired, revoked or the member archived."""
    row = session.execute(
        select(MemberSession, Member)
        .join(Member, Member.id == MemberSession.member_id)
        .where(
            MemberSession.token_hash == runtime.keys().hash(token),
            MemberSession.revoked_at.is_(None),
            MemberSession.expires_at > at,
            Member.archived_at.is_(None),
        )
    ).first()
    return MemberPass(row[0], row[1]) if row else None


def list_staff_sessions(session: Session, staff_id: int, *, at: datetime) -> list[StaffSession]:
    """The live sessions of one person, the newest first."""
    return list(
        session.scalars(
            select(StaffSession)
            .where(StaffSession.staff_id == staff_id, StaffSession.revoked_at.is_(None), StaffSession.expires_at > at)
            .order_by(StaffSession.id.desc())
        )
    )


def list_member_sessions(session: Session, member_id: int, *, at: datetime) -> list[MemberSession]:
    """The live sessions of one member, the last used first."""
    live = (MemberSession.member_id == member_id, MemberSession.revoked_at.is_(None), MemberSession.expires_at > at)
    return list(
        session.scalars(
            select(MemberSession).where(*live).order_by(MemberSession.seen_at.desc(), MemberSession.id.desc())
        )
    )


def list_devices(session: Session, member_id: int) -> list[MemberDevice]:
    """The phones that make codes for this member."""
    return list(
        session.scalars(
            select(MemberDevice)
            .where(MemberDevice.member_id == member_id, MemberDevice.revoked_at.is_(None))
            .order_by(MemberDevice.id)
        )
    )


def list_development_mail(session: Session, limit: int = 50) -> list[DevelopmentMail]:
    """What channels would have sent, the newest first (DEMO=1 only)."""
    return list(session.scalars(select(DevelopmentMail).order_by(DevelopmentMail.id.desc()).limit(limit)))


def seconds_left(at: datetime) -> int:
    """Seconds until the present member code gives way to the next."""
    return rules.seconds_left(at)


def is_proven(proven_at: datetime | None, *, at: datetime) -> bool:
    """Whether a member who proved to be here then is still taken to be."""
    return proven_at is not None and proven_at > at - rules.PRESENCE_LIFE


def came_by_shown_code(session: Session, member_id: int, *, at: datetime) -> bool:
    """Whether a code that staff showed let anybody in as this member within the time that a proof of being here lasts."""
    used = (
        OneTimeCode.member_id == member_id,
        OneTimeCode.way == "staff",
        OneTimeCode.used_at > at - rules.PRESENCE_LIFE,
    )
    return bool(session.scalar(select(exists().where(*used))))


def opens_by_shown_code(session: Session, member_id: int, *, at: datetime) -> bool:
    """Whether who comes in at this moment (`at`) does so by a code that staff show, or by a passkey that was made after one."""
    code = (OneTimeCode.member_id == member_id, OneTimeCode.way == "staff", OneTimeCode.used_at == at)
    passkey = (Passkey.member_id == member_id, Passkey.by_shown_code, Passkey.used_at == at)
    return bool(session.scalar(select(or_(exists().where(*code), exists().where(*passkey)))))


def signin_code_minutes() -> int:
    """How many minutes a one-time code lives."""
    return int(rules.CODE_LIFE.total_seconds() // 60)
