"""A copy every night into `$DATA/backups`: the last seven days and one of each of the last four weeks are kept."""

import logging
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from services.shared import clock, runtime
from services.shared.books import copies

log = logging.getLogger(__name__)
DAYS, WEEKS = 7, 4
ENDING = ".changke"


def folder() -> Path:
    """Where the nightly copies lie."""
    return runtime.config().data / "backups"


def keep_nightly_copy() -> None:
    """Take tonight's copy, once a day, and forget those that are too old. Sealed when CHANGKE_PASSPHRASE is set."""
    place, now = folder(), clock.now()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = place / f"{now:%Y-%m-%d}{ENDING}"
    if not path.exists():
        story = copies.take(path, passphrase=runtime.config().passphrase, at=now)
        log.info("nightly copy %s: %s rows, %s pictures", path.name, sum(story.rows.values()), story.pictures)
    taken = {date.fromisoformat(each.stem): each for each in place.glob(f"[0-9]*{ENDING}")}
    for day in set(taken) - to_keep(taken):
        taken[day].unlink()


def to_keep(days: Iterable[date]) -> set[date]:
    """Which copies stay: the newest seven, and the newest of each of the newest four weeks (ISO weeks)."""
    newest_first = sorted(days, reverse=True)
    by_week: dict[tuple[int, int], date] = {}
    for day in newest_first:
        year, week, _ = day.isocalendar()
        by_week.setdefault((year, week), day)
    return {*newest_first[:DAYS], *list(by_week.values())[:WEEKS]}
