"""Sending what is due: deliveries are leased in batches, sent outside of every transaction, and recorded."""

import logging
import secrets
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from services.messaging import rules, sender
from services.messaging.models import Delivery, PushSubscription
from services.messaging.rules import Answer
from services.shared import clock
from services.shared.database import reading, transaction

log = logging.getLogger(__name__)
BATCH = 200
AT_ONCE = 32  # pushes on their way at the same time
AT_ONCE_PER_HOST = 8  # so that one service that hangs does not hold the others up


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


def deliver() -> None:
    """Send everything that is due, batch by batch. Safe to run at the same time in many processes."""
    while batch := _lease(clock.now()):
        _send(batch)


def sweep_deliveries() -> None:
    """The schedule's way to `deliver`: what was put off, and what a dead worker held."""
    deliver()


def count_due(at: datetime) -> int:
    """How many deliveries wait for a sender at `at`."""
    with reading() as session:
        return len(session.scalars(select(Delivery.id).where(_due(at)).limit(BATCH)).all())


def _due(at: datetime) -> Any:
    return (
        Delivery.state.in_(("waiting", "leased"))
        & (Delivery.available_at <= at)
        & or_(Delivery.leased_until.is_(None), Delivery.leased_until < at)
    )


def _lease(at: datetime) -> list[Leased]:
    """Take the next batch: whoever's conditional UPDATE changes the row has it until the lease ends."""
    with transaction() as session:
        _expire(session, at)
        ids = session.scalars(select(Delivery.id).where(_due(at)).order_by(Delivery.available_at).limit(BATCH)).all()
        if not ids:
            return []
        taken = session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids), _due(at))
            .values(state="leased", leased_until=at + rules.LEASE, attempts=Delivery.attempts + 1)
            .returning(Delivery.id, Delivery.attempts)
            .execution_options(synchronize_session=False)
        ).all()
        return _load(session, {row.id: row.attempts for row in taken})


def _expire(session: Session, at: datetime) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.state.in_(("waiting", "leased")), Delivery.expires_at <= at)
        .values(state="failed", error="expired", leased_until=None)
    )


def _load(session: Session, attempts: dict[int, int]) -> list[Leased]:
    rows = session.execute(
        select(Delivery, PushSubscription)
        .join(PushSubscription, PushSubscription.id == Delivery.subscription_id)
        .where(Delivery.id.in_(attempts))
    ).all()
    return [
        Leased(
            id=delivery.id,
            attempts=attempts[delivery.id],
            subscription_id=device.id,
            endpoint=device.endpoint,
            p256dh=device.p256dh,
            auth=device.auth,
            payload=delivery.payload,
            urgency=delivery.urgency,
            topic=delivery.topic,
            expires_at=delivery.expires_at,
        )
        for delivery, device in rows
    ]


def _send(batch: list[Leased]) -> None:
    """Send a batch, services side by side; each result is recorded as soon as it is there."""
    by_host: dict[str, list[Leased]] = defaultdict(list)
    for leased in batch:
        by_host[urlsplit(leased.endpoint).netloc].append(leased)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for of_host in by_host.values():
            lanes = [of_host[lane::AT_ONCE_PER_HOST] for lane in range(min(AT_ONCE_PER_HOST, len(of_host)))]
            for lane in lanes:
                pool.submit(_send_lane, lane)


def _send_lane(lane: list[Leased]) -> None:
    for leased in lane:
        at = clock.now()
        _record(leased, _try(leased, at), at)


def _try(leased: Leased, at: datetime) -> Answer:
    try:
        started = time.monotonic()
        ttl = int((leased.expires_at - at).total_seconds())
        answer = sender.push(
            leased.endpoint,
            leased.p256dh,
            leased.auth,
            leased.payload,
            urgency=leased.urgency,
            topic=leased.topic,
            ttl=ttl,
            at=at,
        )
        log.info("push %s: %s in %.0f ms", leased.id, answer.status, (time.monotonic() - started) * 1000)
        return answer
    except Exception:  # one bad row must not stop the batch
        log.exception("push %s could not be made", leased.id)
        return Answer(400)


def _record(leased: Leased, answer: Answer, at: datetime) -> None:
    outcome = rules.outcome(answer)
    values: dict[str, Any] = {"leased_until": None, "error": None if outcome == "sent" else f"status {answer.status}"}
    if outcome == "sent":
        values |= {"state": "sent", "sent_at": at}
    elif outcome == "retry":
        due = rules.next_try(leased.attempts, answer, at, secrets.randbelow(101))
        values |= {"state": "waiting", "available_at": due}
    elif outcome == "shrink" and leased.payload["notification"]["body"]:
        values |= {"state": "waiting", "available_at": at, "payload": rules.shrunk(leased.payload)}
    else:
        values |= {"state": "failed"}
    with transaction() as session:
        if outcome == "gone":
            session.execute(delete(Delivery).where(Delivery.subscription_id == leased.subscription_id))
            session.execute(delete(PushSubscription).where(PushSubscription.id == leased.subscription_id))
            return
        session.execute(
            update(Delivery).where(Delivery.id == leased.id, Delivery.attempts == leased.attempts).values(values)
        )
