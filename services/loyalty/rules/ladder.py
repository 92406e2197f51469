"""The ladder of tiers (domain.md, *Tiers*): where growth stands on it, what is missing to the next step, and the yearly review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Step:
    """A level of the ladder; `threshold` is growth in hundredths."""

    id: int
    name: str
    threshold: int


def reached(ladder: Sequence[Step], growth: int) -> Step | None:
    """The highest level that `growth` reaches; None below the first."""
    return max((step for step in ladder if step.threshold <= growth), key=lambda step: step.threshold, default=None)


def following(ladder: Sequence[Step], growth: int) -> Step | None:
    """The next level above `growth`; None at the top."""
    return min((step for step in ladder if step.threshold > growth), key=lambda step: step.threshold, default=None)


def upgrade(ladder: Sequence[Step], standing: Step | None, growth: int) -> Step | None:
    """The level to rise to at once; None where the member stands there, or higher, already."""
    there = reached(ladder, growth)
    if there is None or (standing is not None and standing.threshold >= there.threshold):
        return None
    return there


def review(ladder: Sequence[Step], standing: Step, growth: int) -> Step | None:
    """What the yearly review decides: the same level where growth still reaches it, else one level down (facts.md §3.4)."""
    if growth >= standing.threshold:
        return standing
    return max(
        (step for step in ladder if step.threshold < standing.threshold), key=lambda step: step.threshold, default=None
    )


def year_later(day: date) -> date:
    """The day of the next review; 29 February is kept on the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
