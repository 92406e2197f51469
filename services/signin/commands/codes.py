"""One-time codes: the way in for members that always works, because staff can show one (domain.md, *Codes*)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import queries as members
from services.members.models import Member
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import NotFound
from services.signin import permissions, rules
from services.signin.commands.passkeys import drop_credentials
from services.signin.commands.sessions import end_member_sessions
from services.signin.errors import WrongSigninCode
from services.signin.events import ShownCodeUsed
from services.signin.models import DevelopmentMail, OneTimeCode


@dataclass(frozen=True)
class SigninCode:
    """A fresh code in clear, told once: six digits to type, or the ticket inside the QR."""

    digits: str
    ticket: str
    expires_at: datetime


def issue_signin_code(session: Session, member_id: int, *, way: str, actor: Actor, at: datetime) -> SigninCode:
    """A new code for this member; older ones that came the same `way` stop working: `staff` (shown) or `request` (asked for by whoever
    knows the phone, who must not end what staff are showing).

    Raises NotFound, or Forbidden for staff without `signin_codes:create`.
    """
    if way == "staff":
        actor.require(permissions.SIGNIN_CODES_CREATE)
    member = members.get_member(session, member_id)
    # One code at a time, and none for somebody who goes at this moment.
    here = select(Member.id).where(Member.id == member.id, Member.archived_at.is_(None)).with_for_update()
    if session.scalar(here) is None:
        raise NotFound("member_not_found")
    session.execute(update(OneTimeCode).where(*_living(member.id, at), OneTimeCode.way == way).values(expires_at=at))
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


def redeem_code(session: Session, phone: str, digits: str, *, device: str, actor: Actor, at: datetime) -> int | None:
    """The id of the member who proved to have the code. None when it is wrong: the try is counted and must be committed.

    Two may live, one shown and one asked for: a try is one at both. A code dies after five wrong tries; each try is claimed before it is
    compared, so that many at once get no more than five.
    Unknown phones look the same as wrong codes. `device` is what the member is told about it.
    """
    member = members.find_member_by_phone(session, phone)
    tried = _claim_try(session, member.id, at) if member else ()
    if member is None or not tried:
        return None
    told = runtime.keys().hash(f"{member.id}:{digits}")
    for row in tried:
        if hmac.compare_digest(told, row.code_hash):
            return _use(session, row.id, device=device, actor=actor, at=at)
    over = [row.id for row in tried if row.wrong_tries >= rules.CODE_WRONG_TRIES]
    if over:
        session.execute(update(OneTimeCode).where(OneTimeCode.id.in_(over)).values(expires_at=at))
    audit.record(session, "signin_codes:miss", ("member", member.id), actor=actor, at=at)
    return None


def redeem_ticket(session: Session, ticket: str, *, device: str, actor: Actor, at: datetime) -> int:
    """The id of the member whose QR was opened. Raises WrongSigninCode when it is used, over or unknown, or the member gone."""
    code_id = session.scalar(select(OneTimeCode.id).where(OneTimeCode.ticket_hash == runtime.keys().hash(ticket)))
    if code_id is None:
        raise WrongSigninCode
    return _use(session, code_id, device=device, actor=actor, at=at)


def _living(member_id: int, at: datetime) -> tuple[Any, ...]:
    return OneTimeCode.member_id == member_id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > at


def _claim_try(session: Session, member_id: int, at: datetime) -> Sequence[Any]:
    """Count one try at each of the member's living codes whose tries are not used up."""
    open_ones = (*_living(member_id, at), OneTimeCode.wrong_tries < rules.CODE_WRONG_TRIES)
    # In one order: two tries at once do not wait in a circle.
    ids_of = session.scalars(select(OneTimeCode.id).where(*open_ones).order_by(OneTimeCode.id).with_for_update()).all()
    return session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id.in_(ids_of), *open_ones)
        .values(wrong_tries=OneTimeCode.wrong_tries + 1)
        .returning(OneTimeCode.id, OneTimeCode.code_hash, OneTimeCode.wrong_tries)
    ).all()


def _use(session: Session, code_id: int, *, device: str, actor: Actor, at: datetime) -> int:
    used = session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.id == code_id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > at,
            OneTimeCode.member_id.in_(select(Member.id).where(Member.archived_at.is_(None))),
        )
        .values(used_at=at)
        .returning(OneTimeCode.member_id, OneTimeCode.way)
    ).first()
    if used is None:
        raise WrongSigninCode
    claimed: int = used.member_id
    # Standing at the counter, or reading the phone's own message, proves the phone.
    proven = session.execute(
        update(Member)
        .where(Member.id == claimed, Member.phone_verified_at.is_(None))
        .values(phone_verified_at=at)
        .returning(Member.id)
    ).first()
    if proven is not None:  # a stranger may have joined with this phone before its owner came
        end_member_sessions(session, claimed, actor=actor, at=at)
        drop_credentials(session, claimed)
    audit.record(session, "signin_codes:redeem", ("member", claimed), actor=actor, at=at)
    if used.way == "staff":  # whoever came in may not be who stood at the counter
        announce(session, ShownCodeUsed(code_id, claimed, device, at.isoformat()), at=at)
    return claimed
