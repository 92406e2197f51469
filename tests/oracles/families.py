"""What falls on a day in a family, worked out anew: each day is looked at in both calendars. Imports no rule of the product."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from lunar_python import Solar


@dataclass(frozen=True)
class Moon:
    """A day in the lunar calendar; `last`: the last of its month."""

    year: int
    month: int
    leap: bool
    day: int
    last: bool


@cache
def moon(day: date) -> Moon:
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    after = day + timedelta(days=1)
    following = Solar.fromYmd(after.year, after.month, after.day).getLunar()
    return Moon(lunar.getYear(), abs(lunar.getMonth()), lunar.getMonth() < 0, lunar.getDay(), following.getDay() == 1)


def days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def keeps_solar_birthday(born: date, day: date, *, late: bool) -> bool:
    """Whether the birthday of who was born then is kept on `day`; 29 February the day before, or `late` the day after, in common years."""
    if (born.month, born.day) == (day.month, day.day):
        return True
    if (born.month, born.day) != (2, 29):
        return False
    try:
        date(day.year, 2, 29)
    except ValueError:
        return (day.month, day.day) == ((3, 1) if late else (2, 28))
    return False


def lunar_birthdays(born: date, first: date, last: date) -> list[date]:
    """Every keeping of a lunar birthday between two days, by walking. In each lunar year: the leap month where the birth was in one and the
    year has it, else the month itself; day 30 of a short month on its last day."""
    birth = moon(born)
    wanted: dict[int, dict[bool, date]] = {}
    for day in days(first - timedelta(days=60), last + timedelta(days=60)):
        here = moon(day)
        fits = here.day == birth.day or (birth.day == 30 and here.day == 29 and here.last)
        if here.month == birth.month and fits:
            wanted.setdefault(here.year, {})[here.leap] = day
    kept = [
        found.get(True, found.get(False)) if birth.leap else found.get(False)
        for year, found in wanted.items()
        if year > birth.year
    ]
    return sorted(day for day in kept if day is not None and first <= day <= last)
