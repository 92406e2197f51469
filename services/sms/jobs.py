"""Sending codes that are due, and forgetting what is long over."""

import logging
from collections import Counter
from datetime import datetime

from services.shared import clock, http
from services.sms import outgoing, rules
from services.sms.channels import channel_of
from services.sms.outgoing import Leased
from services.sms.rules import Answer

log = logging.getLogger(__name__)


def deliver() -> None:
    """Send every code that is due. Safe to run at the same time in many processes."""
    done: Counter[str] = Counter()
    while (leased := outgoing.lease(clock.now())) is not None:
        answer = _send(leased)
        outgoing.record(leased, answer, clock.now())
        done[answer.state] += 1
    if done:
        log.info("codes by SMS: %s", dict(done))


def _send(leased: Leased) -> Answer:
    letter = leased.letter
    try:
        channel = channel_of(leased.contract)
        return channel.send_code(leased.number, letter.code, minutes=letter.minutes, key=leased.key)
    except http.NoAnswer:
        return rules.SILENT
    except http.BlockedAddress:
        return Answer("again", "blocked_address")
    except Exception as error:  # its words may repeat phone and code: only its kind is told
        log.error("message %s could not be sent: %s", leased.id, type(error).__name__)
        return Answer("again", "broken", billed=True)


def sweep_messages() -> None:
    """The schedule's way to `deliver`: what was put off, and what a dead worker held. What is too old is closed."""
    outgoing.expire(clock.now())
    deliver()


def forget_sent(before: datetime) -> int:
    """Drop some messages that were over before this moment; how many."""
    return outgoing.forget_old(before)
