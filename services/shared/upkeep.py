"""What the kernel does by itself: reactions that were left behind, and rows that have had their time."""

from services.shared import clock, events, idempotency, limits
from services.shared.database import transaction


def sweep_outbox() -> None:
    """Perform the reactions whose request or worker died, or that failed and are due again."""
    while events.perform_waiting():
        pass


def forget_old() -> None:
    """Drop idempotency keys past their 30 days and limit windows that are over."""
    at = clock.now()
    with transaction() as session:
        idempotency.forget_old(session, at=at)
    limits.forget_old(at)
