"""How old a child is. Months are calendar months; a day that a month lacks rolls forward to the first of the next (facts.md §1.2)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

IN_DAYS = 100  # up to the hundredth day people count days
IN_MONTHS = 24  # months; up to the second birthday they count months


@dataclass(frozen=True)
class Age:
    """Completed years, months beyond them, days beyond those; `months` counts all completed months, `days` all days since birth."""

    years: int
    months_over: int
    days_over: int
    months: int
    days: int


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later; where that month is too short, the first of the one after: an age in a schedule is
    the least age (born on 31 January: one month old on 1 March)."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if day.day <= monthrange(year, month)[1]:
        return date(year, month, day.day)
    return date(year + month // 12, month % 12 + 1, 1)


def age(born: date, day: date) -> Age | None:
    """The age on `day`; None before birth."""
    if day < born:
        return None
    months = (day.year - born.year) * 12 + day.month - born.month
    if add_months(born, months) > day:
        months -= 1
    return Age(months // 12, months % 12, (day - add_months(born, months)).days, months, (day - born).days)


def counted_day(born: date, day: date) -> int:
    """第几天: the day of birth is the first (facts.md §2.3)."""
    return (day - born).days + 1


def day_counted(born: date, count: int) -> date:
    """The `count`-th day of a life."""
    return born + timedelta(days=count - 1)
