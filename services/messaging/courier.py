"""Carries pushes to several services side by side: each has a few threads of its own, so one that hangs delays nobody else.

Threads only send. Leasing and recording stay with the one who drives the courier (jobs.py), in short transactions.
"""

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Self

from services.messaging import rules, sender
from services.messaging.outgoing import Leased
from services.messaging.rules import Answer
from services.shared import clock

log = logging.getLogger(__name__)
AT_ONCE = 8  # pushes on their way to one service
ENOUGH = 200  # in hand for one service: it gets no more until some are done
SILENT_AFTER = 3  # no answers in a row: the rest of this round is put off without trying


class _Service:
    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(AT_ONCE, "push")
        self.in_hand = 0
        self.silences = 0


class Courier:
    """Use in a `with` block. Not for several threads: one drives."""

    def __init__(self) -> None:
        self._services: dict[str, _Service] = {}
        self._back: SimpleQueue[tuple[Leased, Answer]] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for service in self._services.values():
            service.threads.shutdown(wait=False, cancel_futures=True)

    @property
    def in_hand(self) -> int:
        """How many are on their way."""
        return sum(service.in_hand for service in self._services.values())

    def busy(self) -> list[str]:
        """The services (origins) that should get no more just now."""
        return [origin for origin, service in self._services.items() if service.in_hand >= ENOUGH]

    def take(self, batch: Iterable[Leased]) -> None:
        """Send these, as soon as their service has a thread free."""
        for leased in batch:
            origin = rules.origin_of(leased.endpoint)
            service = self._services.get(origin) or self._services.setdefault(origin, _Service())
            service.in_hand += 1
            service.threads.submit(self._carry, service, leased)

    def finished(self, patience: float) -> list[tuple[Leased, Answer]]:
        """What came back, with the service's answer; waits up to `patience` seconds for the first."""
        if not self.in_hand:
            return []
        results = []
        try:
            results.append(self._back.get(timeout=patience))
            while True:
                results.append(self._back.get_nowait())
        except Empty:
            pass
        for leased, answer in results:
            service = self._services[rules.origin_of(leased.endpoint)]
            service.in_hand -= 1
            service.silences = service.silences + 1 if answer.status is None else 0
        return results

    def _carry(self, service: _Service, leased: Leased) -> None:
        silent = service.silences >= SILENT_AFTER
        answer = Answer(None, words="the service is silent, not tried") if silent else _try(leased)
        self._back.put((leased, answer))


def _try(leased: Leased) -> Answer:
    try:
        return sender.push(
            leased.endpoint,
            leased.p256dh,
            leased.auth,
            leased.payload,
            urgency=leased.urgency,
            topic=leased.topic,
            ttl=int((leased.expires_at - clock.now()).total_seconds()),
        )
    except Exception as error:  # one bad row must not stop the others
        log.exception("push %s could not be made", leased.id)
        return Answer(0, words=f"{type(error).__name__}: {error}")
