"""What is forgotten when its time is over: the table of it is wiring's, the times are the shop's. Never books, consents or the audit."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.audit import commands as audit
from services.shared import clock
from services.shared.actors import SYSTEM
from services.shared.database import reading, transaction
from services.stores.queries import load_settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Purge:
    """One kind of thing that is forgotten so many days (a setting) after it was over. `forget` drops some of those from before a moment,
    in transactions of its own, and says how many; none when all are gone. It raises only where it dropped nothing."""

    name: str
    setting: str
    forget: Callable[[datetime], int]


_purges: tuple[Purge, ...] = ()


def wire(purges: Sequence[Purge]) -> None:
    """Say what is forgotten. Called once, by `services.wiring`."""
    global _purges  # noqa: PLW0603 (the registry of the process)
    _purges = tuple(purges)


def purge_old() -> None:
    """Forget everything whose time is over; one line in the audit log says how much of each is gone, and what failed: that is tried again
    tomorrow, and the others go on."""
    at, counts, failed = clock.now(), Counter[str](), list[str]()
    with reading() as session:
        settings = load_settings(session)
    for purge in _purges:
        try:
            while gone := purge.forget(at - timedelta(days=settings[purge.setting])):
                counts[purge.name] += gone
        except Exception:
            log.exception("%s could not be forgotten", purge.name)
            failed.append(purge.name)
    changes = dict[str, Any](counts) | ({"failed": failed} if failed else {})
    if changes:
        with transaction() as session:
            audit.record(session, "retention:purge", ("retention", None), actor=SYSTEM, at=at, changes=changes)
