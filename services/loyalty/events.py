"""What happens to points."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class PointsAdjusted(Event):
    """Someone gave or took points by hand; `amount` is signed, `balance` stands after it."""

    entry_id: int
    member_id: int
    amount: int
    balance: int


@dataclass(frozen=True)
class PointsExpired(Event):
    """Points of a member reached their end; `points` is how many."""

    member_id: int
    points: int


@dataclass(frozen=True)
class TierChanged(Event):
    """A member rose to a level, or went down at the review; None is "below the ladder"."""

    member_id: int
    before_id: int | None
    after_id: int | None
