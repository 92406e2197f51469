"""Sending what is due, and forgetting what is long over."""

import logging
from collections import Counter
from datetime import datetime

from sqlalchemy import delete, select

from services.messaging import outgoing
from services.messaging.courier import Courier
from services.messaging.models import Delivery, Message
from services.shared import clock
from services.shared.database import transaction

log = logging.getLogger(__name__)
LOOK_AGAIN = 0.5  # seconds: what becomes due while a service hangs is taken up within this time
AT_A_TIME = 1000  # rows in one transaction


def deliver() -> None:
    """Send everything that is due. Safe to run at the same time in many processes."""
    deliver_due()


def deliver_due() -> Counter[str]:
    """As `deliver`; says how many were sent, put off (`retry`, `shrink`), `refused` (403), failed, or had no device left (`gone`)."""
    done: Counter[str] = Counter()
    with Courier() as courier:
        while True:
            batch = outgoing.lease(clock.now(), without=courier.busy())
            courier.take(batch)
            if not courier.in_hand:
                break
            done.update(outgoing.record(courier.finished(LOOK_AGAIN), clock.now()))
    if done:
        log.info("pushes: %s", dict(done))
    return done


def count_due() -> int:
    """How many deliveries wait for a sender now."""
    return outgoing.count_due(clock.now())


def sweep_deliveries() -> None:
    """The schedule's way to `deliver`: what was put off, and what a dead worker held. What is too old is closed."""
    outgoing.expire(clock.now())
    deliver()


def forget_deliveries(before: datetime) -> int:
    """Drop some deliveries that ended before this moment; how many."""
    return outgoing.forget_finished(before)


def forget_messages(before: datetime) -> int:
    """Drop some inbox messages that were written before this moment and are on their way to nobody; how many."""
    on_its_way = select(Delivery.id).where(Delivery.message_id == Message.id)
    with transaction() as session:
        old = select(Message.id).where(Message.created_at < before, ~on_its_way.exists())
        ids = session.scalars(old.order_by(Message.id).limit(AT_A_TIME)).all()
        session.execute(delete(Message).where(Message.id.in_(ids)))
    return len(ids)
