"""What is asked of members."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class SpendingAsked(Event):
    """A counter asks a member to agree to spend up to `most` fen."""

    proof_id: int
    member_id: int
    store_id: int
    most: int


@dataclass(frozen=True)
class SpendingOverridden(Event):
    """A manager answered for a member who spends up to `most` fen."""

    proof_id: int
    member_id: int
    store_id: int
    most: int
