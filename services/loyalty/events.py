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
