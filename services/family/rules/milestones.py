"""满月, 百天, 周岁 and birthdays of a child (facts.md §2.3, §2.4). The shop's habits are settings; a family may keep its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.members.rules import birthdays
from services.members.rules.birthdays import Birthday
from services.shared.words import N_

FULL_MOON, HUNDRED_DAYS, FIRST_BIRTHDAY, BIRTHDAY = "full_moon", "hundred_days", "first_birthday", "birthday"
WORDS = {
    FULL_MOON: N_("满月"), HUNDRED_DAYS: N_("百天"), FIRST_BIRTHDAY: N_("周岁"), BIRTHDAY: N_("生日"),
}  # fmt: skip
FULL_MOONS = {"day_30": N_("第 30 天"), "day_31": N_("第 31 天"), "lunar": N_("农历下个月的同一天")}
HUNDREDS = {"day_100": N_("第 100 天"), "day_101": N_("第 101 天")}
FIRST_BIRTHDAYS = {"solar": N_("公历"), "lunar": N_("农历")}


@dataclass(frozen=True)
class Habits:
    """How milestones are counted here. `late_leap_day`: 29 February is kept on 1 March in common years."""

    full_moon: str = "day_30"
    hundred_days: str = "day_100"
    first_birthday: str = "solar"
    late_leap_day: bool = False


@dataclass(frozen=True)
class Occurrence:
    """Something of a child that falls on a day: `kind`, `number` (which birthday; 0 of what comes once)."""

    day: date
    kind: str
    number: int = 0


def full_moon(born: date, rule: str) -> date:
    """The day of 满月 by one of FULL_MOONS."""
    if rule == "lunar":
        return _next_lunar_month(born)
    return born + timedelta(days={"day_30": 29, "day_31": 30}[rule])


def hundred_days(born: date, rule: str) -> date:
    """The day of 百天 by one of HUNDREDS."""
    return born + timedelta(days={"day_100": 99, "day_101": 100}[rule])


def birthday_of(born: date, calendar: str) -> Birthday:
    """The birthday of who was born on this day, in the calendar that the family keeps."""
    if calendar == "solar":
        return Birthday("solar", born.month, born.day, born.year)
    lunar = _lunar(born)
    return Birthday("lunar", abs(lunar.getMonth()), lunar.getDay(), lunar.getYear(), lunar.getMonth() < 0)


def nth_birthday(born: date, number: int, calendar: str, *, late_leap_day: bool = False) -> date:
    """The solar day of the `number`-th birthday (1: 周岁)."""
    birthday = birthday_of(born, calendar)
    return birthdays.in_year(birthday, (birthday.year or born.year) + number, late_leap_day=late_leap_day)


def milestones(born: date, habits: Habits, calendar: str | None = None) -> list[Occurrence]:
    """The three of the first year, in order. `calendar`: what this family keeps, where it is not the shop's habit."""
    kept = calendar or habits.first_birthday
    first = nth_birthday(born, 1, kept, late_leap_day=habits.late_leap_day)
    return [
        Occurrence(full_moon(born, habits.full_moon), FULL_MOON),
        Occurrence(hundred_days(born, habits.hundred_days), HUNDRED_DAYS),
        Occurrence(first, FIRST_BIRTHDAY, 1),
    ]


def occurrences(
    born: date, since: date, until: date, habits: Habits, calendar: str | None = None
) -> Iterator[Occurrence]:
    """Everything of a child that falls on a day from `since` to `until`, both included, in order; a birthday comes once a year, also in
    lunar years that begin late."""
    yield from (each for each in milestones(born, habits, calendar) if since <= each.day <= until)
    kept = calendar or "solar"  # the shop's habit is about 周岁; later birthdays are kept as most people do
    begin = born.year if kept == "solar" else (birthday_of(born, kept).year or born.year)
    for number in range(max(2, since.year - begin - 1), until.year - begin + 2):
        day = nth_birthday(born, number, kept, late_leap_day=habits.late_leap_day)
        if since <= day <= until:
            yield Occurrence(day, BIRTHDAY, number)


def next_milestone(born: date, day: date, habits: Habits, calendar: str | None = None) -> Occurrence:
    """What comes next for a child, today included."""
    return min(occurrences(born, day, date(day.year + 2, day.month, 1), habits, calendar), key=lambda each: each.day)


def _lunar(born: date):  # type: ignore[no-untyped-def]  # the library has no types
    from lunar_python import Solar  # its tables are large, and few requests look at a lunar day

    return Solar.fromYmd(born.year, born.month, born.day).getLunar()


def _next_lunar_month(born: date) -> date:
    """The same lunar day one lunar month later, a leap month counting as one; the last day of a shorter month."""
    from lunar_python import LunarMonth

    lunar = _lunar(born)
    month = LunarMonth.fromYm(lunar.getYear(), lunar.getMonth())
    coming = month.next(1)
    days_over = month.getDayCount() - lunar.getDay() + min(lunar.getDay(), coming.getDayCount())
    return born + timedelta(days=days_over)
