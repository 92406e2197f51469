"""Waiting for something to become true, with a reason in the error when it does not."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(check: Callable[[], T], *, what: str, seconds: float = 10.0, pause: float = 0.02) -> T:
    """Ask `check` until it answers something true, and return that; else a `TimeoutError` tells `what`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise TimeoutError(f"Waited {seconds:g} s for {what}; the last answer was {answer!r}.")
        time.sleep(pause)
