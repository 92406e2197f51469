"""When which dose is due (facts.md §1). Ages are least ages: a day that a month lacks rolls forward. The table is data: plan.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.family.rules.ages import add_months
from services.shared.words import N_

DONE, NOT_NEEDED, BY_CLINIC, AHEAD, DUE, LATE = "done", "not_needed", "by_clinic", "ahead", "due", "late"
STATES = {
    DONE: N_("已接种"), NOT_NEEDED: N_("不用接种"), BY_CLINIC: N_("以接种单位安排为准"), AHEAD: N_("还没到"),
    DUE: N_("可以接种了"), LATE: N_("该补种了"),
}  # fmt: skip
TOLD = (DONE, NOT_NEEDED)  # what somebody says; the rest follows from the day
GRACE = 1  # months after which a dose without an end of its own is late


@dataclass(frozen=True)
class Dose:
    """One dose of the plan. `months`: the least age; `finish_months`: before this age; `after` and `after_months`: so long after
    another dose.

    `sex` and `born_from`/`born_before` (the latter not included) narrow whom it is for; `by_clinic`: told without a date; `at_birth`: given
    in hospital, a record and never a reminder; `optional`: outside the national programme, shown where the shop switched it on.
    """

    code: str
    name: Mapping[str, str]
    number: int
    months: int
    finish_months: int | None = None
    after: str = ""
    after_months: int = 0
    sex: str = ""
    born_from: date | None = None
    born_before: date | None = None
    by_clinic: bool = False
    at_birth: bool = False
    optional: bool = False
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """What was said of a dose: `state` of TOLD, and the day it was given, where known."""

    state: str
    given_on: date | None = None


@dataclass(frozen=True)
class Planned:
    """A dose of one child on one day: its state, from which day on, before which day."""

    dose: Dose
    state: str
    due: date | None
    finish: date | None
    given_on: date | None = None


def is_for(dose: Dose, born: date, sex: str) -> bool:
    """Whether the plan means this child."""
    return (
        (not dose.sex or dose.sex == sex)
        and (dose.born_from is None or born >= dose.born_from)
        and (dose.born_before is None or born < dose.born_before)
    )


def plan_of(
    doses: Sequence[Dose], born: date, sex: str, records: Mapping[str, Record], day: date, *, optional: bool = False
) -> list[Planned]:
    """Every dose that is for this child, by its day; those without a day come where their age puts them."""
    mine = [dose for dose in doses if is_for(dose, born, sex) and (optional or not dose.optional)]
    due = _due_days(mine, born, records)
    planned = [_planned(dose, born, due[dose.code], records.get(dose.code), day) for dose in mine]
    return sorted(planned, key=lambda each: (due[each.dose.code], each.dose.code))


def next_dose(planned: Sequence[Planned]) -> Planned | None:
    """The first that is still to be given and has a day; never one that the hospital gave at birth."""
    waiting = (each for each in planned if each.state in {AHEAD, DUE, LATE} and not each.dose.at_birth)
    return min(waiting, key=lambda each: each.due or date.max, default=None)


def _due_days(doses: Sequence[Dose], born: date, records: Mapping[str, Record]) -> dict[str, date]:
    """From which day on each dose may be given: its age, and where it follows another dose, so long after that was given or is due."""
    due: dict[str, date] = {}
    for dose in sorted(doses, key=lambda each: (bool(each.after), each.months, each.number)):
        day = add_months(born, dose.months)
        if dose.after:
            former = records.get(dose.after)
            given = former.given_on if former else None
            day = max(day, add_months(given or due.get(dose.after, born), dose.after_months))
        due[dose.code] = day
    return due


def _planned(dose: Dose, born: date, due: date, record: Record | None, day: date) -> Planned:
    finish = add_months(born, dose.finish_months) if dose.finish_months is not None else None
    if record is not None:
        return Planned(dose, record.state, due, finish, record.given_on)
    if dose.by_clinic:
        return Planned(dose, BY_CLINIC, None, None)
    late = finish if finish is not None else add_months(due, GRACE)
    state = AHEAD if day < due else DUE if day < late else LATE
    return Planned(dose, state, due, finish)
