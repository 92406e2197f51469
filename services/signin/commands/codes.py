"""One-time codes: the way in for members that always works, because staff can show one (domain.md, *Codes*)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
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
from services.signin.events import NewPhoneIn, ShownCodeUsed
from services.signin.models import DevelopmentMail, OneTimeCode, PhoneCode, PhoneQuestion
from services.signin.queries.cool_downs import has_come_in, knows_browser
from services.signin.queries.silence import is_silent


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


def redeem_code(
    session: Session, phone: str, digits: str, *, known: str = "", asker: str | None = None, device: str, actor: Actor,
    at: datetime,
) -> int | None:  # fmt: skip
    """The id of the member who proved to have the code. None when it is wrong: the try is counted and must be committed.

    Where `asker` (what only this browser sends) is told and the member was silent for long, nobody may be let in yet: they are asked first
    (`queries.find_phone_question`).

    Unknown phones look the same as wrong codes. `device` is what the member is told about it, where what the browser keeps for good
    (`known`) is new for them.
    """
    member = members.find_member_by_phone(session, phone)
    if member is None:
        return None
    return redeem_code_of(session, member.id, digits, known=known, asker=asker, device=device, actor=actor, at=at)


def redeem_code_of(
    session: Session,
    member_id: int,
    digits: str,
    *,
    keep: int | None = None,
    known: str | None = None,
    asker: str | None = None,
    device: str,
    actor: Actor,
    at: datetime,
) -> int | None:
    """The same for a member who is known already, and maybe in: their session `keep` stays, and no browser is new (`known` is None).

    Two codes may live, one shown and one asked for: a try is one at both. A code dies after five wrong tries; each try is claimed before it
    is compared, so that many at once get no more than five.
    """
    tried = _claim_try(session, member_id, at)
    if not tried:
        return None
    told = runtime.keys().hash(f"{member_id}:{digits}")
    for row in tried:
        if hmac.compare_digest(told, row.code_hash):
            return _use(session, row.id, keep=keep, known=known, asker=asker, device=device, actor=actor, at=at)
    over = [row.id for row in tried if row.wrong_tries >= rules.CODE_WRONG_TRIES]
    if over:
        session.execute(update(OneTimeCode).where(OneTimeCode.id.in_(over)).values(expires_at=at))
    audit.record(session, "signin_codes:miss", ("member", member_id), actor=actor, at=at)
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


def _use(
    session: Session, code_id: int, *, keep: int | None = None, known: str | None = None, asker: str | None = None,
    device: str, actor: Actor, at: datetime,
) -> int:  # fmt: skip
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
    audit.record(session, "signin_codes:redeem", ("member", claimed), actor=actor, at=at)
    if asker is not None and used.way == "request" and is_silent(session, claimed, at=at):
        _ask_whose(session, claimed, asker, at)
        return claimed
    if asker is not None:  # whoever was asked on this browser before went away
        session.execute(delete(PhoneQuestion).where(PhoneQuestion.browser_hash == runtime.keys().hash(asker)))
    prove_phone(session, claimed, keep=keep, actor=actor, at=at)
    if used.way == "staff":  # whoever came in may not be who stood at the counter
        announce(session, ShownCodeUsed(code_id, claimed, device, at.isoformat()), at=at)
    elif known is not None:
        tell_of_new_phone(session, f"signin:{code_id}", claimed, known=known, device=device, at=at)
    return claimed


def prove_phone(session: Session, member_id: int, *, keep: int | None = None, actor: Actor, at: datetime) -> None:
    """Standing at the counter, or reading the phone's own message, proves the phone. The first time whoever was in is out, but for `keep`:
    a stranger may have joined with it before its owner came."""
    proven = session.execute(
        update(Member)
        .where(Member.id == member_id, Member.phone_verified_at.is_(None))
        .values(phone_verified_at=at)
        .returning(Member.id)
    ).first()
    if proven is not None:
        end_member_sessions(session, member_id, keep=keep, actor=actor, at=at)
        drop_credentials(session, member_id)


def tell_of_new_phone(session: Session, key: str, member_id: int, *, known: str, device: str, at: datetime) -> None:
    """Tell the phones that were there before of one that is new, by what it keeps for good (`known`)."""
    if has_come_in(session, member_id) and not knows_browser(session, member_id, known):
        announce(session, NewPhoneIn(key, member_id, device, at.isoformat()), at=at)


def _ask_whose(session: Session, member_id: int, asker: str, at: datetime) -> None:
    """The number may be somebody else's by now: nobody is in before they have said whose card it is."""
    browser_hash = runtime.keys().hash(asker)
    session.execute(delete(PhoneQuestion).where(PhoneQuestion.browser_hash == browser_hash))
    session.add(PhoneQuestion(browser_hash=browser_hash, member_id=member_id, expires_at=at + rules.CODE_LIFE))
    session.flush()


def end_codes(session: Session, member_id: int, at: datetime) -> None:
    """Codes that went to the former number are good for nothing, nor is what somebody who had one was asked.

    Before the card's row is held, as signing in holds them in this order.
    """
    for table in (OneTimeCode, PhoneCode):
        session.execute(update(table).where(table.member_id == member_id, table.expires_at > at).values(expires_at=at))
    session.execute(delete(PhoneQuestion).where(PhoneQuestion.member_id == member_id))
