"""Ages, weeks, milestones and doses: the vectors of facts.md, and ten years of days against an oracle that walks them."""

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.family.queries.plans import _ours
from services.family.rules import gestation, milestones, vaccinations
from services.family.rules.ages import add_months, age, counted_day
from services.family.rules.gestation import Gestation
from services.family.rules.milestones import BIRTHDAY, FIRST_BIRTHDAY, FULL_MOON, HUNDRED_DAYS, Habits
from services.family.rules.vaccinations import Record
from services.members.rules import birthdays
from services.members.rules.birthdays import Birthday
from tests.oracles import families as oracle

DUE = date(2026, 12, 25)
TEN_YEARS = date(2026, 1, 1), date(2035, 12, 31)


def test_the_weeks_of_the_worked_example() -> None:
    assert gestation.last_period(DUE) == date(2026, 3, 20)
    assert gestation.gestation(date(2026, 12, 25), date(2026, 6, 26)) == Gestation(14, 0)
    assert gestation.gestation(DUE, date(2026, 10, 2)) == Gestation(28, 0)
    assert gestation.gestation(DUE, date(2026, 12, 4)) == Gestation(37, 0)
    assert str(gestation.gestation(DUE, date(2026, 10, 1))) == "27+6"
    assert gestation.gestation(DUE, date(2026, 12, 26)) is None
    assert gestation.gestation(DUE, date(2026, 3, 19)) is None


@pytest.mark.parametrize(
    ("day", "clinical", "popular"),
    [
        (date(2026, 3, 20), "early", "early"),
        (date(2026, 6, 11), "early", "early"),
        (date(2026, 6, 12), "early", "mid"),
        (date(2026, 6, 25), "early", "mid"),
        (date(2026, 6, 26), "mid", "mid"),
        (date(2026, 9, 25), "mid", "late"),
        (date(2026, 10, 1), "mid", "late"),
        (date(2026, 10, 2), "late", "late"),
        (DUE, "late", "late"),
        (date(2026, 12, 26), "to_confirm", "to_confirm"),
        (date(2027, 3, 1), "to_confirm", "to_confirm"),
    ],
)
def test_the_stage_follows_from_the_day(day: date, clinical: str, popular: str) -> None:
    assert gestation.stage("expecting", DUE, day) == clinical
    assert gestation.stage("expecting", DUE, day, "popular") == popular
    begins = gestation.stage_begins(DUE)
    assert clinical == max((first, name) for name, first in begins.items() if first <= day)[1]
    for told in ("stopped", "born", "preparing"):
        assert gestation.stage(told, DUE, day) == told


def test_a_due_date_lies_within_a_pregnancy() -> None:
    today = date(2026, 11, 23)
    assert gestation.is_possible(today + timedelta(days=280), today)
    assert not gestation.is_possible(today + timedelta(days=281), today)
    assert gestation.is_possible(today - timedelta(days=42), today)
    assert not gestation.is_possible(today - timedelta(days=43), today)


@pytest.mark.parametrize(
    ("born", "months", "day"),
    [
        (date(2025, 1, 31), 1, date(2025, 3, 1)),
        (date(2025, 8, 31), 6, date(2026, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 1, 31), 2, date(2025, 3, 31)),
        (date(2025, 12, 31), 2, date(2026, 3, 1)),
        (date(2025, 10, 31), 1, date(2025, 12, 1)),
        (date(2025, 11, 30), 3, date(2026, 3, 1)),
    ],
)
def test_months_roll_forward(born: date, months: int, day: date) -> None:
    assert add_months(born, months) == day
    before, on = age(born, day - timedelta(days=1)), age(born, day)
    assert (before and before.months, on and on.months) == (months - 1, months)


def test_an_age_adds_up_on_every_day() -> None:
    born = date(2024, 1, 31)
    for day in oracle.days(born, date(2028, 3, 1)):
        told = age(born, day)
        assert told is not None
        assert told.months == told.years * 12 + told.months_over
        assert add_months(born, told.months) + timedelta(days=told.days_over) == day < add_months(born, told.months + 1)
    assert age(born, date(2024, 1, 30)) is None
    assert counted_day(born, born) == 1


def test_milestones_of_the_first_year() -> None:
    found = {each.kind: each.day for each in milestones.milestones(date(2025, 3, 1), Habits())}
    assert found == {
        FULL_MOON: date(2025, 3, 30), HUNDRED_DAYS: date(2025, 6, 8), FIRST_BIRTHDAY: date(2026, 3, 1),
    }  # fmt: skip
    others = Habits("day_31", "day_101", "lunar")
    found = {each.kind: each.day for each in milestones.milestones(date(2025, 3, 1), others)}
    assert (found[FULL_MOON], found[HUNDRED_DAYS]) == (date(2025, 3, 31), date(2025, 6, 9))
    assert oracle.moon(found[FIRST_BIRTHDAY]).day == oracle.moon(date(2025, 3, 1)).day


@pytest.mark.parametrize(
    "born", [date(2025, 7, 24), date(2025, 8, 23), date(2028, 5, 24), date(2033, 12, 21), date(2025, 2, 27)]
)
def test_a_lunar_full_moon_is_one_month_later(born: date) -> None:
    day, first = milestones.full_moon(born, "lunar"), oracle.moon(born)
    there = oracle.moon(day)
    assert 29 <= (day - born).days <= 30
    assert there.day == first.day or (first.day == 30 and there.last)


LEAP_MONTHS = {2025: 6, 2028: 5, 2031: 3, 2033: 11, 2036: 6, 2039: 5}


@pytest.mark.parametrize(("year", "month"), LEAP_MONTHS.items())
def test_who_was_born_in_a_leap_month_keeps_it_where_there_is_one(year: int, month: int) -> None:
    in_leap, plain = Birthday("lunar", month, 1, 1990, leap=True), Birthday("lunar", month, 1, 1990)
    there, before = oracle.moon(birthdays.in_year(in_leap, year)), oracle.moon(birthdays.in_year(plain, year))
    assert (there.month, there.leap, before.month, before.leap) == (month, True, month, False)
    nearby = oracle.moon(birthdays.in_year(in_leap, year + 1))
    assert (nearby.month, nearby.leap) == (month, False)


def test_day_30_is_kept_on_the_last_day_of_a_short_month() -> None:
    has_30 = {2020, 2022, 2023, 2029, 2032, 2033, 2034, 2035, 2036, 2037}
    for year in range(2020, 2041):
        kept = oracle.moon(birthdays.in_year(Birthday("lunar", 12, 30), year))
        assert (kept.month, kept.last, kept.day == 30) == (12, True, year in has_30), year


@pytest.mark.parametrize("late", [False, True])
def test_29_february_in_common_years(late: bool) -> None:
    birthday = Birthday("solar", 2, 29, 2024)
    kept = date(2025, 3, 1) if late else date(2025, 2, 28)
    assert birthdays.in_year(birthday, 2025, late_leap_day=late) == kept
    assert birthdays.in_year(birthday, 2028, late_leap_day=late) == date(2028, 2, 29)


@pytest.mark.parametrize("seed", range(12))
def test_ten_years_of_occurrences_equal_those_of_who_walks_every_day(seed: int) -> None:
    """However long the machine stands still between two looks: none is missing, none comes twice."""
    random, (first, last) = Random(seed), TEN_YEARS
    born = first + timedelta(days=random.randrange(-4000, 1500))
    if seed == 0:
        born = date(2024, 2, 29)
    if seed == 1:
        born = date(2025, 7, 25)  # the first day of the leap sixth month
    calendar, late = random.choice([None, "solar", "lunar"]), random.random() < 0.5
    habits = Habits("day_30", "day_100", "solar", late_leap_day=late)
    seen, since = [], first
    while since <= last:
        until = min(last, since + timedelta(days=random.choice([0, 0, 0, 1, 6, 29, 45])))
        seen += list(milestones.occurrences(born, since, until, habits, calendar))
        since = until + timedelta(days=1)
    assert len({(each.kind, each.number) for each in seen}) == len(seen)
    wanted = [born + timedelta(days=29), born + timedelta(days=99)]
    if calendar == "lunar":
        wanted += oracle.lunar_birthdays(born, max(first, born), last)
    else:
        wanted += [
            day for day in oracle.days(max(first, born + timedelta(days=1)), last) if oracle.keeps_solar_birthday(born, day, late=late)
        ]  # fmt: skip
    assert sorted(each.day for each in seen) == sorted(day for day in wanted if first <= day <= last)
    assert {each.kind for each in seen} <= {FULL_MOON, HUNDRED_DAYS, FIRST_BIRTHDAY, BIRTHDAY}


def plan(born: date, day: date, sex: str = "girl", **records: Record) -> dict[str, vaccinations.Planned]:
    told = {code.replace("_", "-"): record for code, record in records.items()}
    return {each.dose.code: each for each in vaccinations.plan_of(_ours().doses, born, sex, told, day)}


@pytest.mark.parametrize(
    ("born", "code", "due"),
    [
        (date(2025, 1, 31), "HEPB-2", date(2025, 3, 1)),
        (date(2025, 1, 31), "DTAP-1", date(2025, 3, 31)),
        (date(2025, 8, 31), "HEPB-3", date(2026, 3, 1)),
        (date(2025, 8, 31), "DTAP-3", date(2026, 3, 1)),
        (date(2024, 2, 29), "MMR-2", date(2025, 8, 29)),
        (date(2024, 2, 29), "JEL-2", date(2026, 3, 1)),
        (date(2024, 12, 31), "DTAP-3", None),
        (date(2024, 12, 31), "DTAP-5", None),
        (date(2025, 1, 1), "DTAP-3", date(2025, 7, 1)),
        (date(2025, 1, 1), "DTAP-5", date(2031, 1, 1)),
        (date(2024, 10, 31), "DTAP-1", date(2025, 1, 31)),
        (date(2024, 11, 1), "DTAP-1", date(2025, 1, 1)),
    ],
)
def test_the_day_of_a_dose(born: date, code: str, due: date | None) -> None:
    assert plan(born, date(2025, 2, 1))[code].due == due


def test_what_is_due_late_done_and_not_needed() -> None:
    born = date(2025, 6, 15)
    told: Any = {"IPV_1": Record("done", date(2025, 8, 20)), "BOPV_4": Record("not_needed")}
    states = {code: each.state for code, each in plan(born, date(2026, 6, 20), **told).items()}
    assert (states["IPV-1"], states["BOPV-4"], states["DTAP-4"]) == ("done", "not_needed", "ahead")
    assert (states["BOPV-3"], states["MMR-1"]) == ("late", "late")
    assert plan(born, date(2026, 2, 15))["MMR-1"].state == "due"
    assert plan(born, date(2025, 8, 14))["IPV-1"].state == "ahead"
    assert plan(born, date(2025, 8, 15))["IPV-1"].state == "due"
    assert plan(born, date(2025, 9, 15))["IPV-1"].state == "late"
    old = plan(date(2024, 6, 15), date(2026, 6, 20))
    assert (old["DTAP-3"].state, old["DTAP-3"].due) == ("by_clinic", None)


def test_a_dose_that_follows_another_waits_for_it() -> None:
    born = date(2025, 1, 10)
    assert plan(born, born)["MPSVA-2"].due == date(2025, 10, 10)
    late = plan(born, born, MPSVA_1=Record("done", date(2025, 9, 30)))
    assert late["MPSVA-2"].due == date(2025, 12, 30)
    girl = date(2012, 5, 1)
    assert plan(girl, girl)["HPV-2"].due == date(2025, 11, 1)
    paid = plan(girl, girl, HPV_1=Record("done", date(2023, 4, 1)))
    assert paid["HPV-2"].due == date(2025, 5, 1)
    assert "HPV-1" not in plan(girl, girl, "boy")
    assert "HPV-1" not in plan(date(2011, 11, 10), girl)
    assert "HPV-1" in plan(date(2011, 11, 11), girl)


def test_the_next_dose_is_never_one_of_the_hospital() -> None:
    born = date(2026, 11, 20)
    coming = vaccinations.next_dose(list(plan(born, date(2026, 11, 23)).values()))
    assert coming is not None
    assert coming.dose.code == "HEPB-2"
    assert vaccinations.next_dose([]) is None


def test_our_own_plan_holds_for_every_child_once() -> None:
    told = json.loads((Path("services/family/nip.json")).read_text())
    assert told["version"] == _ours().version
    for born in (date(2012, 1, 1), date(2024, 10, 31), date(2024, 12, 31), date(2025, 1, 1), date(2026, 11, 1)):
        for sex in ("girl", "boy", "unknown"):
            codes = [each.dose.code for each in vaccinations.plan_of(_ours().doses, born, sex, {}, born, optional=True)]
            assert len(codes) == len(set(codes))
            assert ("FLU-1" in codes) is True
    assert not any(
        each.dose.optional
        for each in vaccinations.plan_of(_ours().doses, date(2026, 1, 1), "girl", {}, date(2026, 1, 1))
    )
