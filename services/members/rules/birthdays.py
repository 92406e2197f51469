"""Birthdays, solar or lunar 农历, kept as they were told: calendar, month, day, leap month, year if known (facts.md §2.4)."""

from calendar import isleap, monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from services.members.rules import lunar
from services.shared.words import N_

CALENDARS = ("solar", "lunar")
FIRST_YEAR = 1900
BETWEEN_CHANGES = timedelta(days=365)  # facts.md §2.4: against birthday coupons twice a year
_A_LEAP_YEAR = 2024  # without a year 29 February is possible


@dataclass(frozen=True)
class Birthday:
    """A day in one calendar. `leap` marks a lunar leap month; `year` is in the same calendar."""

    calendar: str
    month: int
    day: int
    year: int | None = None
    leap: bool = False

    def columns(self) -> dict[str, Any]:
        """The same as the columns of a member."""
        return {f"birthday_{name}": getattr(self, name) for name in _PARTS}


_PARTS = ("calendar", "month", "day", "year", "leap")
NO_BIRTHDAY: dict[str, Any] = {
    "birthday_calendar": None, "birthday_month": None, "birthday_day": None, "birthday_year": None,
    "birthday_leap": False,
}  # fmt: skip


def of(columns: Mapping[str, Any]) -> Birthday | None:
    """The birthday in the columns of a member; None when none was told."""
    if columns.get("birthday_month") is None or columns.get("birthday_day") is None:
        return None
    return Birthday(
        columns["birthday_calendar"] or "solar",
        columns["birthday_month"],
        columns["birthday_day"],
        columns["birthday_year"],
        bool(columns["birthday_leap"]),
    )


def mistakes(birthday: Birthday) -> dict[str, list[str]]:
    """What cannot be, by field; empty when the day exists."""
    if not 1 <= birthday.month <= 12:
        return {"month": [N_("月份是 1 到 12")]}
    if birthday.leap and birthday.calendar == "solar":
        return {"leap": [N_("只有农历才有闰月")]}
    if birthday.leap and not lunar.may_be_leap(birthday.month, birthday.year):
        return {"leap": [N_("那一年没有这个闰月") if birthday.year else N_("没有这个闰月")]}
    if birthday.calendar == "lunar":
        return {} if 1 <= birthday.day <= 30 else {"day": [N_("农历的日子是 1 到 30")]}
    if not 1 <= birthday.day <= monthrange(birthday.year or _A_LEAP_YEAR, birthday.month)[1]:
        return {"day": [N_("这个月没有这一天")]}
    return {}


def lies_ahead(birthday: Birthday, today: date) -> bool:
    """Whether nobody can be born then yet. A lunar year ends up to seven weeks after the solar one: only its number is compared."""
    if birthday.year is None or birthday.year < today.year:
        return False
    if birthday.calendar == "lunar" or birthday.year > today.year:
        return birthday.year > today.year
    return (birthday.month, birthday.day) > (today.month, today.day)


def may_change(last_change: datetime | None, at: datetime) -> bool:
    """Whether the birthday may be changed without a manager: not yet changed, or not within 365 days."""
    return last_change is None or at - last_change >= BETWEEN_CHANGES


def in_year(birthday: Birthday, year: int, *, late_leap_day: bool = False) -> date:
    """The solar day on which the birthday of that (solar or lunar) year is kept (facts.md §2.4).

    29 February is kept on the 28th in common years (`late_leap_day`: on 1 March); a leap month that a lunar year lacks in the month
    itself; day 30 of a short lunar month on its last day.
    """
    if birthday.calendar == "solar":
        if late_leap_day and (birthday.month, birthday.day) == (2, 29) and not isleap(year):
            return date(year, 3, 1)
        return date(year, birthday.month, min(birthday.day, monthrange(year, birthday.month)[1]))
    return _lunar_day(year, birthday.month, birthday.day, birthday.leap)


@lru_cache(maxsize=4096)
def _lunar_day(year: int, month: int, day: int, leap: bool) -> date:
    """The solar day of a day of a lunar year; kept, because the library reckons where the moon stood for milliseconds."""
    from lunar_python import LunarMonth  # its tables are large, and few requests look at a lunar day

    found = LunarMonth.fromYm(year, -month) if leap else None
    found = found or LunarMonth.fromYm(year, month)
    first = found.getFirstJulianDay()
    return date.fromordinal(int(first + 0.5) + min(day, found.getDayCount()) - 1 - _JULIAN)


_JULIAN = 1721425  # the Julian day number at noon of the ordinal 0


def nearest(birthday: Birthday, day: date, *, late_leap_day: bool = False) -> date:
    """The keeping of the birthday that lies nearest to `day`."""
    years = (day.year - 1, day.year, day.year + 1)
    kept = (in_year(birthday, year, late_leap_day=late_leap_day) for year in years)
    return min(kept, key=lambda each: abs(each - day))


def coming(birthday: Birthday, day: date, *, late_leap_day: bool = False) -> date:
    """When the birthday is kept next, today included. A lunar year may be kept in the solar year after."""
    years = (day.year - 1, day.year, day.year + 1)
    kept = (in_year(birthday, year, late_leap_day=late_leap_day) for year in years)
    return min(each for each in kept if each >= day)
