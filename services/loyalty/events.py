"""What happens to points and on the ladder. Moments are ISO text, days too; growth is in hundredths."""

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
    balance: int
    at: str


@dataclass(frozen=True)
class TierChanged(Event):
    """A member came to another level; None is "below the ladder". `way`: up, review, removed (the level is there no more)."""

    member_id: int
    before_id: int | None
    after_id: int | None
    way: str
    at: str


@dataclass(frozen=True)
class TierKept(Event):
    """The yearly review, or growth within the grace period, kept a level until `review_on`."""

    member_id: int
    tier_id: int
    review_on: str


@dataclass(frozen=True)
class TierWarned(Event):
    """The yearly review found `missing` growth; what is not made up for by `until` costs a level."""

    member_id: int
    tier_id: int
    missing: int
    until: str
