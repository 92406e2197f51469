"""Messages on their way out: leased one by one, sent outside of every transaction, recorded.

As with pushes (services/messaging/outgoing.py) a lease counts the attempt, and the count is the fence: a worker that comes back late
changes nothing. So a message may arrive twice when a worker dies after sending, with the same code and key.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from services.shared.database import reading, transaction
from services.sms import budget, rules
from services.sms.channels import Contract
from services.sms.models import SmsContract, SmsMessage
from services.sms.queries import find_contract
from services.sms.rules import Answer
from services.sms.sealing import Letter, secret_of, unseal

OPEN = ("waiting", "leased")


@dataclass(frozen=True)
class Leased:
    """One message in our hands, already counted against `periods`."""

    id: int
    attempts: int
    key: str
    expires_at: datetime
    periods: tuple[str, str]
    number: str = field(repr=False)
    letter: Letter = field(repr=False)
    contract: Contract = field(repr=False)


def lease(at: datetime) -> Leased | None:
    """Take the next message that is due and within the budget; what may not be sent is closed on the way. None when nothing is left that
    no other worker has in hand."""
    while True:
        with reading() as session:
            if session.scalar(select(SmsMessage.id).where(_due(at)).limit(1)) is None:
                return None
        with transaction() as session:
            row = _next(session, at)
            taken = _take(session, row, at) if row is not None else None
        if taken is not None or row is None:
            return taken


def _due(at: datetime) -> Any:
    free = or_(SmsMessage.leased_until.is_(None), SmsMessage.leased_until < at)
    return SmsMessage.state.in_(OPEN) & (SmsMessage.available_at <= at) & (SmsMessage.expires_at > at) & free


def _next(session: Session, at: datetime) -> SmsMessage | None:
    next_one = select(SmsMessage).where(_due(at)).order_by(SmsMessage.available_at, SmsMessage.id).limit(1)
    return session.scalar(next_one.with_for_update(skip_locked=True))


def _take(session: Session, row: SmsMessage, at: datetime) -> Leased | None:
    """This message in our hands; None when it may not be sent, and is closed."""
    try:
        if row.sealed is None:
            raise _MayNotGo("expired", None)
        return _hold(session, row, unseal(row.sealed, row.key), at)
    except _MayNotGo as why:
        row.state, row.reason, row.sealed, row.leased_until, row.ended_at = why.state, why.reason, None, None, at
        return None


class _MayNotGo(Exception):  # noqa: N818 (reads as the reason)
    def __init__(self, state: str, reason: str | None) -> None:
        self.state, self.reason = state, reason
        super().__init__(state)


def _hold(session: Session, row: SmsMessage, letter: Letter, at: datetime) -> Leased:
    contract, number = find_contract(session), rules.mainland_number(letter.phone)
    if contract is None or (row.purpose != "test" and not contract.active):
        raise _MayNotGo("refused", "not_configured")
    if number is None:
        raise _MayNotGo("refused", "abroad")
    if row.attempts >= rules.MOST_TRIES:  # the last try's worker never came back
        raise _MayNotGo("failed", "no_answer")
    periods = budget.spend(session, contract, at=at)
    if periods is None:
        raise _MayNotGo("over_budget", row.reason)
    row.state, row.leased_until, row.provider = "leased", at + rules.LEASE, contract.provider
    row.attempts += 1
    return Leased(row.id, row.attempts, row.key, row.expires_at, periods, number, letter, _in_clear(contract))


def _in_clear(contract: SmsContract) -> Contract:
    return Contract(
        provider=contract.provider,
        key_id=contract.key_id,
        secret=secret_of(contract),
        sign_name=contract.sign_name,
        template=contract.template,
        app_id=contract.app_id,
        region=contract.region,
        with_minutes=contract.with_minutes,
    )


def record(leased: Leased, answer: Answer, at: datetime) -> None:
    """Write down what became of a message; what cannot be on the bill is given back to the budget."""
    values = _values(leased, answer, at)
    mine = (SmsMessage.id == leased.id, SmsMessage.attempts == leased.attempts, SmsMessage.state == "leased")
    with transaction() as session:
        written = session.execute(update(SmsMessage).where(*mine).values(values).returning(SmsMessage.id)).first()
        if written is not None and not answer.billed:
            budget.give_back(session, leased.periods)


def _values(leased: Leased, answer: Answer, at: datetime) -> dict[str, Any]:
    again = rules.next_try(leased.attempts, at, leased.expires_at) if answer.state == "again" else None
    said: dict[str, Any] = {"reason": answer.reason or None, "leased_until": None}
    if again is not None:
        return said | {"state": "waiting", "available_at": again}
    return said | {"state": "failed" if answer.state == "again" else answer.state, "sealed": None, "ended_at": at}


def expire(at: datetime) -> None:
    """Close what nobody waits for any more; wishes that nobody looked at leave no trace."""
    late = SmsMessage.expires_at <= at
    held = SmsMessage.leased_until > at
    with reading() as session:
        if session.scalar(select(SmsMessage.id).where(late, SmsMessage.state.in_((*OPEN, "asked"))).limit(1)) is None:
            return
    with transaction() as session:
        session.execute(delete(SmsMessage).where(late, SmsMessage.state == "asked"))
        over = update(SmsMessage).where(late, SmsMessage.state.in_(OPEN), ~held | SmsMessage.leased_until.is_(None))
        session.execute(over.values(state="expired", sealed=None, leased_until=None, ended_at=at))


def forget_old(before: datetime, most: int = 1000) -> int:
    """Drop up to `most` messages that were over before this moment; how many."""
    with transaction() as session:
        old = select(SmsMessage.id).where(SmsMessage.ended_at < before).limit(most)
        return len(session.execute(delete(SmsMessage).where(SmsMessage.id.in_(old)).returning(SmsMessage.id)).all())
