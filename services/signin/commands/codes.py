"""One-time codes: the way in for members that always works, because staff can show one (domain.md, *Codes*)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import queries as members
from services.members.models import Member
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.signin import permissions, rules
from services.signin.errors import WrongSigninCode
from services.signin.models import DevelopmentMail, OneTimeCode


@dataclass(frozen=True)
class SigninCode:
    """A fresh code in clear, told once: six digits to type, or the ticket inside the QR."""

    digits: str
    ticket: str
    expires_at: datetime


def issue_signin_code(session: Session, member_id: int, *, way: str, actor: Actor, at: datetime) -> SigninCode:
    """A new code for this member; older ones stop working. `way` is `staff` (shown) or `request` (asked for by the member).

    Raises NotFound, or Forbidden for staff without `signin_codes:create`.
    """
    if way == "staff":
        actor.require(permissions.SIGNIN_CODES_CREATE)
    member = members.get_member(session, member_id)
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.member_id == member.id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > at)
        .values(expires_at=at)
    )
    fresh = SigninCode(ids.digits(6), ids.token(), at + rules.CODE_LIFE)
    keys = runtime.keys()
    row = OneTimeCode(
        member_id=member.id,
        code_hash=keys.hash(f"{member.id}:{fresh.digits}"),
        ticket_hash=keys.hash(fresh.ticket),
        way=way,
        issued_by=actor.id if actor.kind == "staff" else None,
        created_at=at,
        expires_at=fresh.expires_at,
    )
    session.add(row)
    if way == "request" and runtime.config().demo:
        session.add(DevelopmentMail(recipient=member.phone or "", text=fresh.digits, created_at=at))
    audit.record(session, "signin_codes:create", ("member", member.id), actor=actor, at=at, changes={"way": way})
    return fresh


def redeem_code(session: Session, phone: str, digits: str, *, actor: Actor, at: datetime) -> int | None:
    """The id of the member who proved to have the code. None when the code is wrong: the wrong try is counted and must be committed.

    A code dies after five wrong tries. Unknown phones look the same as wrong codes.
    """
    member = members.find_member_by_phone(session, phone)
    row = _live(session, member.id, at) if member else None
    if member is None or row is None:
        return None
    if runtime.keys().hash(f"{member.id}:{digits}") == row.code_hash:
        return _use(session, row, actor=actor, at=at)
    row.wrong_tries += 1
    if row.wrong_tries >= rules.CODE_WRONG_TRIES:
        row.expires_at = at
    audit.record(session, "signin_codes:miss", ("member", member.id), actor=actor, at=at)
    return None


def redeem_ticket(session: Session, ticket: str, *, actor: Actor, at: datetime) -> int:
    """The id of the member whose QR was opened. Raises WrongSigninCode when it is used, over or unknown."""
    row = session.scalar(select(OneTimeCode).where(OneTimeCode.ticket_hash == runtime.keys().hash(ticket)))
    if row is None or row.used_at is not None or row.expires_at <= at:
        raise WrongSigninCode
    return _use(session, row, actor=actor, at=at)


def _live(session: Session, member_id: int, at: datetime) -> OneTimeCode | None:
    return session.scalar(
        select(OneTimeCode)
        .where(OneTimeCode.member_id == member_id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > at)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
    )


def _use(session: Session, row: OneTimeCode, *, actor: Actor, at: datetime) -> int:
    claimed = session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == row.id, OneTimeCode.used_at.is_(None))
        .values(used_at=at)
        .returning(OneTimeCode.member_id)
    ).scalar_one_or_none()
    if claimed is None:
        raise WrongSigninCode
    # Standing at the counter, or reading the phone's own message, proves the phone.
    session.execute(
        update(Member).where(Member.id == claimed, Member.phone_verified_at.is_(None)).values(phone_verified_at=at)
    )
    audit.record(session, "signin_codes:redeem", ("member", claimed), actor=actor, at=at)
    return claimed
