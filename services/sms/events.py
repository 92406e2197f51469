"""What happened to the cost of messages."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class SmsBudgetReached(Event):
    """`percent` (80 or 100) of the budget of a day (`2026-11-22`) or month (`2026-11`) is used: `count` of `most` messages."""

    period: str
    percent: int
    count: int
    most: int
    at: str
