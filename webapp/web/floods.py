"""Floods from one address: so many requests a minute and no more, counted in this process's memory.

Only against being drowned. Limits that protect money, guesses or cost are rows in the database (services/shared/limits.py).
"""

import threading
import time
from collections import Counter

from flask import Flask

from services.shared import runtime
from services.shared.refusals import TooMany
from services.shared.words import N_
from webapp.web import people

MOST = 1200  # a minute; a shop's tills share one address
MINUTE = 60


class Flood:
    """Counts addresses in minutes; what was counted is forgotten when the next one begins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def seconds_to_wait(self, address: str, now: float) -> int:
        """Count one request at `now` (seconds of any clock that only goes forward); 0 when it may come in."""
        minute = int(now // MINUTE)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._counts.clear()
            self._counts[address] += 1
            return 0 if self._counts[address] <= MOST else MINUTE - int(now % MINUTE)


def init_app(app: Flask) -> None:
    """Count every request, but for tests that set the clock."""
    if runtime.config().test_clock:
        return
    flood = Flood()

    @app.before_request
    def admit() -> None:
        wait = flood.seconds_to_wait(people.address(), time.monotonic())
        if wait:
            raise TooMany("too_many_requests", N_("操作太频繁了，请稍后再来"), retry_after=wait)
