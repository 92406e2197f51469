"""Sending what is due, and forgetting what is long over."""

import logging
from collections import Counter
from datetime import timedelta

from services.messaging import outgoing
from services.messaging.courier import Courier
from services.shared import clock

log = logging.getLogger(__name__)
LOOK_AGAIN = 0.5  # seconds: what becomes due while a service hangs is taken up within this time
KEPT = timedelta(days=90)


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


def forget_old_deliveries() -> None:
    """Drop what ended 90 days ago, a little at a time."""
    while outgoing.forget_finished(clock.now() - KEPT):
        pass
