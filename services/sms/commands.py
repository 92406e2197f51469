"""Writing the contract, and putting messages on their way. Nothing is sent here: the queue carries it after the commit (jobs)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared import ids, jobs
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.sms import budget, rules
from services.sms.errors import NotConfigured
from services.sms.jobs import deliver
from services.sms.models import SmsContract, SmsMessage
from services.sms.queries import CONTRACT, find_contract
from services.sms.schemas import FIELDS, values_of
from services.sms.sealing import Letter, seal, seal_secret, unseal
from services.stores.permissions import SETTINGS_CHANGE

ASK_LIFE = timedelta(minutes=10)  # a code that was asked for so long ago is waited for no more
TEST_MINUTES = 10


@dataclass(frozen=True)
class Ask:
    """Somebody asked for a code: from where, and to which phone."""

    id: int
    phone: str
    origin: str


def change_contract(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> SmsContract:
    """Write the contract, or some fields of it. Raises Forbidden, or Invalid beside what is missing.

    Another provider or key needs its own secret: the stored one belongs to the key it came with.
    """
    actor.require(SETTINGS_CHANGE)
    stored = session.get(SmsContract, CONTRACT, with_for_update=True)
    before = values_of(stored) if stored else {}
    values = before | {name: data[name] for name in FIELDS if name in data}
    secret = str(data.get("secret") or "")
    _require_whole(values, secret, before)
    if stored is None:
        stored = SmsContract(id=CONTRACT, secret=b"", **values, changed_at=at)
        session.add(stored)
    for name, value in values.items():
        setattr(stored, name, value)
    stored.changed_at = at
    if secret:
        stored.secret = seal_secret(secret)
    changes: dict[str, Any] = {
        name: [before.get(name), value] for name, value in values.items() if before.get(name) != value
    }
    budget.tell_again(session, changes, at=at)
    audit.record(
        session, "sms:change", ("sms_contract", CONTRACT), actor=actor, at=at,
        changes=changes | ({"secret": "changed"} if secret else {}),
    )  # fmt: skip
    session.flush()
    return stored


def _require_whole(values: Mapping[str, Any], secret: str, before: Mapping[str, Any]) -> None:
    missing = [name for name in ("provider", "key_id", "sign_name", "template") if not values.get(name)]
    if values.get("provider") == "tencent" and not values.get("app_id"):
        missing.append("app_id")
    own = all(values.get(name) == before.get(name) for name in ("provider", "key_id"))
    if not secret and not (before and own):
        missing.append("secret")
    if missing:
        raise Invalid({name: [N_("请填写")] for name in missing})


def send_test(session: Session, phone: str, *, actor: Actor, at: datetime) -> SmsMessage:
    """Put a test on its way to `phone`, whether the contract is switched on or not. Raises NotConfigured, Invalid beside `phone`."""
    actor.require(SETTINGS_CHANGE)
    if find_contract(session) is None:
        raise NotConfigured
    if rules.mainland_number(phone) is None:
        raise Invalid({"phone": [N_("只能发给大陆的手机号")]})
    letter = Letter(phone, ids.digits(6), TEST_MINUTES)
    row = _add(session, letter, "test", "waiting", at=at, until=at + timedelta(minutes=TEST_MINUTES))
    row.ending = phone[-4:]
    session.flush()
    audit.record(session, "sms:test", ("sms_message", row.id), actor=actor, at=at)
    jobs.enqueue(session, deliver)
    return row


def ask_for_code(session: Session, phone: str, *, origin: str, at: datetime) -> None:
    """Note that somebody wants a code sent to `phone`; whose phone that is, if anybody's, is looked up later (services/signin)."""
    _add(session, Letter(phone, origin=origin), "signin", "asked", at=at, until=at + ASK_LIFE)


def take_ask(session: Session, *, at: datetime) -> Ask | None:
    """The oldest wish for a code that nobody has answered, held until the transaction ends; None when there is none."""
    waiting = select(SmsMessage).where(SmsMessage.state == "asked", SmsMessage.expires_at > at)
    row = session.scalar(waiting.order_by(SmsMessage.id).limit(1).with_for_update(skip_locked=True))
    if row is None or row.sealed is None:
        return None
    letter = unseal(row.sealed, row.key)
    return Ask(row.id, letter.phone, letter.origin)


def send_code(session: Session, ask: Ask, member_id: int, code: str, *, at: datetime, until: datetime) -> None:
    """Answer an ask: put `code`, good until `until`, on its way to the member's phone. An older one that waits still is not sent any
    more: its code has just stopped working."""
    row = session.get_one(SmsMessage, ask.id)
    older = (SmsMessage.member_id == member_id, SmsMessage.purpose == "signin", SmsMessage.state == "waiting")
    session.execute(update(SmsMessage).where(*older).values(state="expired", sealed=None, ended_at=at))
    letter = Letter(ask.phone, code, minutes=int((until - at).total_seconds()) // 60)
    row.sealed, row.member_id, row.ending = seal(letter, row.key), member_id, ask.phone[-4:]
    row.state, row.available_at, row.expires_at = "waiting", at, until
    jobs.enqueue(session, deliver)


def send_number_code(session: Session, member_id: int, phone: str, code: str, *, at: datetime, until: datetime) -> None:
    """Put `code`, good until `until`, on its way to a number that this member's card is to have; an older one that waits is not sent."""
    older = (SmsMessage.member_id == member_id, SmsMessage.purpose == "phone", SmsMessage.state == "waiting")
    session.execute(update(SmsMessage).where(*older).values(state="expired", sealed=None, ended_at=at))
    letter = Letter(phone, code, minutes=int((until - at).total_seconds()) // 60)
    row = _add(session, letter, "phone", "waiting", at=at, until=until)
    row.member_id, row.ending = member_id, phone[-4:]
    session.flush()
    jobs.enqueue(session, deliver)


def drop_ask(session: Session, ask: Ask) -> None:
    """Nobody has this phone: nothing is sent, and nothing stays."""
    session.execute(delete(SmsMessage).where(SmsMessage.id == ask.id))


def forget_phone_of(session: Session, member_id: int, *, at: datetime) -> None:
    """Take out of the messages what points at this member; what was on its way is stopped."""
    theirs = update(SmsMessage).where(SmsMessage.member_id == member_id)
    session.execute(theirs.where(SmsMessage.ended_at.is_(None)).values(state="expired", ended_at=at))
    session.execute(theirs.values(member_id=None, ending="", sealed=None))


def _add(session: Session, letter: Letter, purpose: str, state: str, *, at: datetime, until: datetime) -> SmsMessage:
    key = ids.token()
    row = SmsMessage(
        key=key, purpose=purpose, state=state, sealed=seal(letter, key), ending="", attempts=0,
        created_at=at, available_at=at, expires_at=until,
    )  # fmt: skip
    session.add(row)
    return row
