"""Weeks of a pregnancy, from the due date (facts.md §2.1): last period = due date − 280 days. Derived each day, never typed."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.shared.words import N_

TERM = 280  # days
LATEST = 42  # days after the due date that one may still be told
PREPARING, EARLY, MID, LATE, TO_CONFIRM, BORN, STOPPED = (
    "preparing", "early", "mid", "late", "to_confirm", "born", "stopped",
)  # fmt: skip
STAGES = {
    PREPARING: N_("备孕"), EARLY: N_("孕早期"), MID: N_("孕中期"), LATE: N_("孕晚期"), TO_CONFIRM: N_("待确认"),
    BORN: N_("已出生"), STOPPED: N_("已停止提醒"),
}  # fmt: skip
# From which day of pregnancy on the second and the third part begin: clinical 14+0 and 28+0; popular counts weeks 1–12 and 13–27.
BEGINS = {"clinical": (14 * 7, 28 * 7), "popular": (12 * 7, 27 * 7)}


@dataclass(frozen=True)
class Gestation:
    """Completed weeks and days beyond them: 14+0 is the first day of the fifteenth week."""

    week: int
    day: int

    def __str__(self) -> str:
        return f"{self.week}+{self.day}"


def last_period(due: date) -> date:
    """Day 0 of the pregnancy."""
    return due - timedelta(days=TERM)


def gestation(due: date, day: date) -> Gestation | None:
    """How far it is on `day`; None before it began, and after the due date: nothing is counted on from there."""
    days = TERM - (due - day).days
    return Gestation(days // 7, days % 7) if 0 <= days <= TERM else None


def stage(state: str, due: date | None, day: date, convention: str = "clinical") -> str:
    """The stage on `day`. `state` is what was told: expecting, preparing, born or stopped; only what is expected moves by itself."""
    if state != "expecting" or due is None:
        return state
    if day > due:
        return TO_CONFIRM
    days, (mid, late) = TERM - (due - day).days, BEGINS[convention]
    return EARLY if days < mid else MID if days < late else LATE


def stage_begins(due: date, convention: str = "clinical") -> dict[str, date]:
    """On which day each stage begins; to be confirmed is the day after the due date."""
    zero, (mid, late) = last_period(due), BEGINS[convention]
    return {
        EARLY: zero,
        MID: zero + timedelta(days=mid),
        LATE: zero + timedelta(days=late),
        TO_CONFIRM: due + timedelta(days=1),
    }


def is_possible(due: date, day: date) -> bool:
    """Whether somebody may tell this due date on `day`: no pregnancy begins in the future, and none is told long after its end."""
    return -LATEST <= (due - day).days <= TERM
