"""The one clock. Everything that needs the time is given it; the edge asks here."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

_standing: datetime | None = None


def now() -> datetime:
    """The present moment in UTC, or the one that `stand_at` fixed."""
    return _standing or datetime.now(UTC)


def outside() -> datetime:
    """The present moment of the world around us, also while this process stands elsewhere: for what others hold against their clock."""
    return datetime.now(UTC)


@contextlib.contextmanager
def stand_at(moment: datetime) -> Iterator[None]:
    """Let the whole process stand on `moment` (aware). For tests, forecasts and `changke work --at`."""
    global _standing  # noqa: PLW0603 (the one global this module is for)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    before, _standing = _standing, moment.astimezone(UTC)
    try:
        yield
    finally:
        _standing = before
