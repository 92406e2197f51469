"""Devices that their push service refuses (403): dead ones are dropped, but not where the fault is ours (facts.md §5.3).

A wrong key or a wrong signature makes a service refuse everybody. So a device is dropped for refusals only when its service has
taken a push of ours for another device meanwhile, or when it is the only device there; else it stays and the log raises an alarm.
"""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.messaging import rules
from services.messaging.models import Delivery, PushSubscription

log = logging.getLogger(__name__)


def refuse(session: Session, subscription_id: int, endpoint: str, at: datetime) -> bool:
    """Count a refusal of this device; True when it is to be dropped."""
    device = session.scalar(select(PushSubscription).where(*_here(subscription_id, endpoint)).with_for_update())
    if device is None:
        return False
    device.failures, device.refused_at = rules.count_refusal(device.failures, device.refused_at, at)
    if device.failures < rules.REFUSALS:
        return False
    if _may_be_our_fault(session, device, at):
        log.error("%s refuses every push: are the VAPID keys and PUSH_SUBJECT right?", rules.origin_of(endpoint))
        return False
    return True


def forget(session: Session, subscription_id: int, endpoint: str) -> None:
    """Drop a device with its deliveries. The endpoint is compared: meanwhile the row may belong to another device."""
    gone = delete(PushSubscription).where(*_here(subscription_id, endpoint))
    session.execute(gone.execution_options(synchronize_session=False))


def clear(session: Session, subscription_id: int) -> None:
    """The service took a push for it: it lives."""
    lives = update(PushSubscription).where(PushSubscription.id == subscription_id)
    session.execute(lives.values(failures=0, refused_at=None).execution_options(synchronize_session=False))


def _may_be_our_fault(session: Session, device: PushSubscription, at: datetime) -> bool:
    origin = f"{rules.origin_of(device.endpoint)}/"
    neighbours = select(PushSubscription.id).where(
        PushSubscription.endpoint.startswith(origin, autoescape=True), PushSubscription.id != device.id
    )
    if session.scalar(neighbours.limit(1)) is None:
        return False
    taken = select(Delivery.id).where(
        Delivery.subscription_id.in_(neighbours), Delivery.sent_at > at - rules.REFUSED_WITHIN
    )
    return session.scalar(taken.limit(1)) is None


def _here(subscription_id: int, endpoint: str) -> tuple[Any, Any]:
    return PushSubscription.id == subscription_id, PushSubscription.endpoint == endpoint
