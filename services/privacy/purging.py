"""What is forgotten when its time is over: the table of it is wiring's, the times are the shop's. Never books, consents or the audit."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.audit import commands as audit
from services.shared import clock
from services.shared.actors import SYSTEM
from services.shared.database import reading, transaction
from services.stores.queries import load_settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Purge:
    """One kind of thing that is forgotten so many days (a setting) after it was over. `forget` drops some of those from before a moment,
    in transactions of its own, and says how many; none when all are gone."""

    name: str
    setting: str
    forget: Callable[[datetime], int]


_purges: tuple[Purge, ...] = ()


def wire(purges: Sequence[Purge]) -> None:
    """Say what is forgotten. Called once, by `services.wiring`."""
    global _purges  # noqa: PLW0603 (the registry of the process)
    _purges = tuple(purges)


def purge_old() -> None:
    """Forget everything whose time is over; one line in the audit log says how much of each. What fails is tried again tomorrow."""
    at, counts = clock.now(), dict[str, int]()
    with reading() as session:
        settings = load_settings(session)
    for purge in _purges:
        try:
            gone = _all(purge, at - timedelta(days=settings[purge.setting]))
        except Exception:
            log.exception("%s could not be forgotten", purge.name)
            continue
        if gone:
            counts[purge.name] = gone
    if counts:
        with transaction() as session:
            audit.record(session, "retention:purge", ("retention", None), actor=SYSTEM, at=at, changes=counts)


def _all(purge: Purge, before: datetime) -> int:
    total = 0
    while gone := purge.forget(before):
        total += gone
    return total
