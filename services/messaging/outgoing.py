"""Deliveries on their way out: leased in batches, sent outside of every transaction, recorded in batches.

A lease is a conditional UPDATE that also counts the attempt. The count is the fence: a worker that comes back late writes
`WHERE attempts = what it saw` and changes nothing. So a push may arrive twice when a worker dies after sending, never not at all.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from services.members.queries import list_who_hold
from services.members.rules.purposes import MARKETING
from services.messaging import rules, suspects
from services.messaging.models import Delivery, Message, PushSubscription
from services.messaging.rules import Answer, Outcome
from services.shared.database import reading, transaction

BATCH = 200
OPEN = ("waiting", "leased")


@dataclass(frozen=True)
class Leased:
    """One delivery in our hands. `attempts` fences it: a later try has a higher number."""

    id: int
    attempts: int
    subscription_id: int
    endpoint: str
    p256dh: str
    auth: str
    payload: dict[str, Any]
    urgency: str
    topic: str | None
    expires_at: datetime
    suspect: bool


def count_due(at: datetime) -> int:
    """How many deliveries wait for a sender at `at`."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Delivery).where(_due(at))) or 0


def lease(at: datetime, without: Sequence[str] = ()) -> list[Leased]:
    """Take the next batch, leaving out services (origins) that have enough to do. Nothing due: nothing is locked."""
    due = _due(at)
    for origin in without:
        busy = select(PushSubscription.id).where(PushSubscription.endpoint.startswith(f"{origin}/", autoescape=True))
        due = due & Delivery.subscription_id.not_in(busy)
    with reading() as session:
        if session.scalar(select(Delivery.id).where(due).limit(1)) is None:
            return []
    with transaction() as session:
        return _take(session, due, at)


def _take(session: Session, due: Any, at: datetime) -> list[Leased]:
    # Workers side by side pass over each other's rows (PostgreSQL); on SQLite they come one after the other.
    ids = session.scalars(
        select(Delivery.id).where(due).order_by(Delivery.available_at).limit(BATCH).with_for_update(skip_locked=True)
    ).all()
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), _due(at))
        .values(state="leased", leased_until=at + rules.LEASE, attempts=Delivery.attempts + 1)
        .returning(Delivery.id, Delivery.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    refused = _refused(session, [row.id for row in taken])
    return _load(session, {row.id: row.attempts for row in taken if row.id not in refused})


def _refused(session: Session, ids: Sequence[int]) -> set[int]:
    """Marketing to who does not agree to it at this moment, however it came to wait here: closed, not sent."""
    told = select(Delivery.id, Message.id, Message.member_id).join(Message, Message.id == Delivery.message_id)
    rows = session.execute(told.where(Delivery.id.in_(ids), Message.category == "marketing")).all()
    if not rows:
        return set()
    agree = list_who_hold(session, sorted({member_id for _, _, member_id in rows}), MARKETING)
    closed = [(delivery, message) for delivery, message, member_id in rows if member_id not in agree]
    if closed:
        _stop(session, select(Message.id).where(Message.id.in_([message for _, message in closed])))
    return {delivery for delivery, _ in closed}


def _due(at: datetime) -> Any:
    return (
        Delivery.state.in_(OPEN)
        & (Delivery.available_at <= at)
        & (Delivery.expires_at > at)
        & or_(Delivery.leased_until.is_(None), Delivery.leased_until < at)
    )


def _load(session: Session, attempts: dict[int, int]) -> list[Leased]:
    rows = session.execute(
        select(Delivery, PushSubscription, Message.member_id)
        .join(PushSubscription, PushSubscription.id == Delivery.subscription_id)
        .outerjoin(Message, Message.id == Delivery.message_id)
        .where(Delivery.id.in_(attempts))
        .order_by(Delivery.available_at, Delivery.id)
    ).all()
    unread = _unread(session, {row.member_id for row in rows} - {None})
    return [
        Leased(
            id=delivery.id,
            attempts=attempts[delivery.id],
            subscription_id=device.id,
            endpoint=device.endpoint,
            p256dh=device.p256dh,
            auth=device.auth,
            payload=delivery.payload | ({"app_badge": unread.get(member_id, 0)} if member_id is not None else {}),
            urgency=delivery.urgency,
            topic=delivery.topic,
            expires_at=delivery.expires_at,
            suspect=device.failures > 0,
        )
        for delivery, device, member_id in rows
    ]


def _unread(session: Session, member_ids: set[int]) -> dict[int, int]:
    """The badge as it is now: what was read since the message was written does not count any more."""
    counted = (
        select(Message.member_id, func.count())
        .where(Message.member_id.in_(member_ids), Message.read_at.is_(None))
        .group_by(Message.member_id)
    )
    return dict(session.execute(counted).all())


def record(results: Sequence[tuple[Leased, Answer]], at: datetime) -> list[Outcome]:
    """Write down what became of some deliveries, in one transaction."""
    if not results:
        return []
    with transaction() as session:
        return [_record(session, leased, answer, at) for leased, answer in results]


def _record(session: Session, leased: Leased, answer: Answer, at: datetime) -> Outcome:
    outcome = rules.outcome(answer)
    if outcome == "shrink" and not leased.payload["notification"]["body"]:
        outcome = "failed"  # shorter than title and link it does not get
    if outcome == "refused" and suspects.refuse(session, leased.subscription_id, leased.endpoint, at):
        outcome = "gone"
    if outcome == "gone":
        suspects.forget(session, leased.subscription_id, leased.endpoint)
        return outcome
    if outcome == "sent" and leased.suspect:
        suspects.clear(session, leased.subscription_id)
    values: dict[str, Any] = {"leased_until": None, "error": None if outcome == "sent" else answer.reason}
    if outcome == "sent":
        values |= {"state": "sent", "sent_at": at}
    elif outcome == "retry":
        due = rules.next_try(leased.attempts, answer, at, secrets.randbelow(101))
        values |= {"state": "waiting", "available_at": due}
    elif outcome == "shrink":
        values |= {"state": "waiting", "available_at": at, "payload": rules.shrunk(leased.payload)}
    else:
        values |= {"state": "failed"}
    mine = (Delivery.id == leased.id, Delivery.attempts == leased.attempts)
    session.execute(update(Delivery).where(*mine).values(values).execution_options(synchronize_session=False))
    return outcome


def expire(at: datetime) -> None:
    """Close deliveries whose message is too old to be news; the inbox has it."""
    late = (Delivery.state.in_(OPEN), Delivery.expires_at <= at)
    with reading() as session:
        if session.scalar(select(Delivery.id).where(*late).limit(1)) is None:
            return
    with transaction() as session:
        said = func.coalesce(Delivery.error, "").concat(" (expired)")
        closed = update(Delivery).where(*late).values(state="failed", error=said, leased_until=None)
        session.execute(closed.execution_options(synchronize_session=False))


def cancel(session: Session, member_id: int, category: str | None = None) -> None:
    """Close what is on its way to a member, of one category or all; a push in a sender's hands at this moment may still arrive."""
    theirs = select(Message.id).where(Message.member_id == member_id)
    if category is not None:
        theirs = theirs.where(Message.category == category)
    _stop(session, theirs)


def cancel_keyed(session: Session, member_id: int, prefix: str) -> None:
    """The same of messages whose key begins with this."""
    _stop(session, select(Message.id).where(Message.member_id == member_id, Message.key.startswith(prefix)))


def _stop(session: Session, theirs: Select[int]) -> None:
    stopped = update(Delivery).where(Delivery.message_id.in_(theirs), Delivery.state.in_(OPEN))
    values = {"state": "failed", "error": "consent withdrawn", "leased_until": None, "attempts": Delivery.attempts + 1}
    session.execute(stopped.values(values).execution_options(synchronize_session=False))


def forget_finished(before: datetime, most: int = 1000) -> int:
    """Drop up to `most` deliveries that ended before this moment; returns how many."""
    with transaction() as session:
        old = select(Delivery.id).where(Delivery.state.not_in(OPEN), Delivery.expires_at < before).limit(most)
        gone = session.execute(delete(Delivery).where(Delivery.id.in_(old)).returning(Delivery.id)).all()
    return len(gone)
