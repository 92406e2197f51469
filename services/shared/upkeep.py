"""What the kernel does by itself: reactions that were left behind, and rows that have had their time."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from services.shared import clock, events, idempotency, limits, pictures
from services.shared.database import transaction
from services.shared.models import OutboxEntry

log = logging.getLogger(__name__)
KEPT = timedelta(days=30)
UPLOADS_KEPT = timedelta(days=1)  # a form that was refused may still be open somewhere
AT_A_TIME = 1000  # rows in one transaction: some milliseconds of lock


def sweep_outbox() -> None:
    """Perform the reactions whose request or worker died, or that failed and are due again."""
    while events.perform_waiting():
        pass


def forget_old() -> None:
    """Drop idempotency keys past their 30 days, limit windows that are over, and reactions performed 30 days ago."""
    at = clock.now()
    with transaction() as session:
        idempotency.forget_old(session, at=at)
    limits.forget_old(at)
    while _forget_reactions(at - KEPT):
        pass


def forget_orphaned_pictures() -> None:
    """Drop uploads of more than a day ago that nothing shows."""
    gone = pictures.forget_orphans(clock.outside() - UPLOADS_KEPT)
    if gone:
        log.info("%s pictures that nothing shows are forgotten", gone)


def _forget_reactions(before: datetime) -> bool:
    """Drop some reactions that were performed before this moment; those given up stay, until somebody looked."""
    with transaction() as session:
        done = select(OutboxEntry.id).where(OutboxEntry.done_at < before).limit(AT_A_TIME)
        gone = session.execute(delete(OutboxEntry).where(OutboxEntry.id.in_(done)).returning(OutboxEntry.id)).all()
    return bool(gone)
