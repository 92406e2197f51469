"""What happens to cards that are one person's."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class MembersMerged(Event):
    """One card became part of another. Ledgers have moved already."""

    merge_id: int
    winner_id: int
    loser_id: int
    at: str


@dataclass(frozen=True)
class MergeUndone(Event):
    """Both cards are what they were before."""

    merge_id: int
    winner_id: int
    loser_id: int
    at: str
