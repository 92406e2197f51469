"""Another phone number for a card: who asks has proven to be the member, or answers for them, and the number has been proven too.

Whoever holds the number signs in by code alone, so it changes hands only like this. Other sessions stay: the phone that was there before
hears of it (`MemberChanged`), and 不是您本人？ is its to press; ending them would be what a thief wants.
"""

import hmac
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members import commands as members
from services.members.errors import PhoneTaken
from services.members.permissions import MEMBERS_CHANGE
from services.members.queries import get_member, hold_living
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.refusals import Forbidden, Invalid, NotFound
from services.shared.words import N_
from services.signin import permissions, rules
from services.signin.commands.codes import SigninCode, end_codes, redeem_code_of
from services.signin.commands.passkeys import drop_credentials, prove_presence
from services.signin.commands.sessions import end_member_sessions, prove_member_session
from services.signin.errors import NumberHasCard, ShownCodeIsNoProof, StepUpNeeded
from services.signin.models import DevelopmentMail, MemberSession, PhoneCode
from services.signin.queries.passkeys import has_used_old_passkey
from services.signin.queries.sessions import came_by_shown_code, is_proven
from services.sms import commands as sms
from services.sms.queries import is_ready
from services.sms.rules import mainland_number

Way = Literal["sms", "shown"]


def issue_phone_code(
    session: Session, member_id: int, phone: str, *, way: Way, actor: Actor, at: datetime
) -> SigninCode:
    """A code that proves `phone` for this member, whoever has it now: sent to it (`sms`), or `shown` by staff to who stands there.

    Older ones for the same card stop working. Raises NotFound, Forbidden, Invalid beside `phone` where nothing can be sent to it.
    """
    if way == "shown":
        actor.require(permissions.SIGNIN_CODES_CREATE)
    elif not (actor.kind == "member" and actor.id == member_id):
        actor.require(MEMBERS_CHANGE)
    card = get_member(session, member_id)
    if card.archived:
        raise NotFound("member_not_found")
    hold_living(session, member_id)
    session.execute(
        update(PhoneCode).where(PhoneCode.member_id == member_id, PhoneCode.expires_at > at).values(expires_at=at)
    )
    fresh = SigninCode(ids.digits(6), "", at + rules.CODE_LIFE)
    row = PhoneCode(
        member_id=member_id, phone_hash=_hash(phone), code_hash=_hash(f"{member_id}:{phone}:{fresh.digits}"), way=way,
        issued_by=actor.id if actor.kind == "staff" else None, created_at=at, expires_at=fresh.expires_at,
    )  # fmt: skip
    session.add(row)
    if way == "sms":
        _send(session, member_id, phone, fresh, at)
    audit.record(session, "phone_codes:create", ("member", member_id), actor=actor, at=at, changes={"way": way})
    return fresh


def prove_own_presence(
    session: Session, session_id: int, digits: str, *, device: str, actor: Actor, at: datetime
) -> str | None:
    """The member says a sign-in code that their present number got, or that staff show: the new secret of this session, which is proven
    for a while. None when the code is wrong: the try is counted and must be committed."""
    member_id = _own(actor)
    if redeem_code_of(session, member_id, digits, keep=session_id, device=device, actor=actor, at=at) is None:
        return None
    return prove_member_session(session, session_id, by="code", actor=actor, at=at)


def prove_own_presence_by_passkey(
    session: Session, session_id: int, answer: object, *, browser: str, actor: Actor, at: datetime
) -> str | None:
    """The same by a passkey of the member; None when it is not genuine, or younger than a day (what was asked is used up)."""
    member_id = _own(actor)
    if not prove_presence(session, answer, browser=browser, actor=actor, at=at):  # type: ignore[arg-type]
        return None
    if not has_used_old_passkey(session, member_id, at=at):
        return None
    return prove_member_session(session, session_id, by="passkey", actor=actor, at=at)


def change_own_phone(session: Session, phone: str, digits: str, *, session_id: int, actor: Actor, at: datetime) -> bool:
    """The member's number is `phone` from now on. False when the code is wrong: the try is counted and must be committed.

    Raises StepUpNeeded where nobody proved to be here lately, ShownCodeIsNoProof where they came in by a code that staff
    showed, NumberHasCard where the number has a card of its own.
    """
    member_id, row = _own(actor), session.get_one(MemberSession, session_id)
    if not is_proven(row.proven_at, at=at):
        raise StepUpNeeded
    # A cashier who shows a code to an accomplice would have the card: who asks has to have been known by something of the member's.
    if came_by_shown_code(session, member_id, at=at):
        raise ShownCodeIsNoProof
    if not _prove_number(session, member_id, phone, digits, ways=("sms", "shown"), actor=actor, at=at):
        return False
    row.proven_at = None
    try:
        _change(session, member_id, phone, "", actor=actor, at=at)
    except PhoneTaken:
        raise NumberHasCard from None
    return True


def change_phone_of(
    session: Session, member_id: int, phone: str, digits: str, reason: str, *, actor: Actor, at: datetime
) -> bool:
    """Staff change a member's number, for a reason: with the code that was sent to the new number or, where `digits` are empty,
    because somebody who may answer for members has looked (`proofs:override`). False when the code is wrong: the try must be committed.

    Raises NotFound, Forbidden, PhoneTaken.
    """
    actor.require(MEMBERS_CHANGE if digits else permissions.PROOFS_OVERRIDE)
    get_member(session, member_id)
    if digits and not _prove_number(session, member_id, phone, digits, ways=("sms",), actor=actor, at=at):
        return False
    _change(session, member_id, phone, reason, actor=actor, at=at)
    return True


def release_phone_of(session: Session, member_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """号码已换人: the carrier has given the member's number to somebody else. The card keeps all that is on it, but nobody comes in by that
    number any more; whoever has it now may join anew. Who is in is out, and passkeys and PIN are gone: nobody can tell whose they are.

    Raises Forbidden, NotFound.
    """
    actor.require(permissions.PROOFS_OVERRIDE)
    if get_member(session, member_id).phone is None:
        return  # taken away already: whoever is in now came in otherwise
    end_codes(session, member_id, at)
    members.release_phone(session, member_id, reason=reason, actor=actor, at=at)
    end_member_sessions(session, member_id, actor=actor, at=at)
    drop_credentials(session, member_id)


def _change(session: Session, member_id: int, phone: str, reason: str, *, actor: Actor, at: datetime) -> None:
    end_codes(session, member_id, at)
    members.change_phone(session, member_id, phone, reason=reason, actor=actor, at=at)
    end_codes(session, member_id, at)  # one that was made while this waited for the card


def _own(actor: Actor) -> int:
    if actor.kind != "member" or actor.id is None:
        raise Forbidden
    return actor.id


def _sends(session: Session) -> bool:
    return is_ready(session) or runtime.config().demo


def _send(session: Session, member_id: int, phone: str, code: SigninCode, at: datetime) -> None:
    if not _sends(session):
        raise NotFound
    if not is_ready(session):
        session.add(DevelopmentMail(recipient=phone, text=code.digits, created_at=at))
        return
    if mainland_number(phone) is None:
        raise Invalid({"phone": [N_("只能发给大陆的手机号")]})
    sms.send_number_code(session, member_id, phone, code.digits, at=at, until=code.expires_at)


def _prove_number(
    session: Session, member_id: int, phone: str, digits: str, *, ways: tuple[Way, ...], actor: Actor, at: datetime
) -> bool:
    """Whether these are the digits for this number. Each try is claimed before it is compared; five wrong ones end the code.

    What staff can read themselves (`shown`) counts only beside the member's own proof of being here.
    """
    open_ones = (
        PhoneCode.member_id == member_id, PhoneCode.phone_hash == _hash(phone), PhoneCode.used_at.is_(None), PhoneCode.way.in_(ways),
        PhoneCode.expires_at > at, PhoneCode.wrong_tries < rules.CODE_WRONG_TRIES,
    )  # fmt: skip
    ids_of = session.scalars(select(PhoneCode.id).where(*open_ones).order_by(PhoneCode.id).with_for_update()).all()
    tried = session.execute(
        update(PhoneCode)
        .where(PhoneCode.id.in_(ids_of), *open_ones)
        .values(wrong_tries=PhoneCode.wrong_tries + 1)
        .returning(PhoneCode.id, PhoneCode.code_hash)
    ).all()
    told = _hash(f"{member_id}:{phone}:{digits}")
    for row in tried:
        if hmac.compare_digest(told, row.code_hash):
            session.execute(update(PhoneCode).where(PhoneCode.id == row.id).values(used_at=at))
            return True
    audit.record(session, "phone_codes:miss", ("member", member_id), actor=actor, at=at)
    return False


def _hash(text: str) -> str:
    return runtime.keys().hash(f"phone:{text}")
