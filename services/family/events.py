"""What happened in families."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class FamilyChanged(Event):
    """A child or pregnancy of a member is new, other than before, or gone."""

    member_id: int


@dataclass(frozen=True)
class FamilyStopped(Event):
    """Nothing is said of pregnancies and babies of this member any more: what is queued goes."""

    member_id: int


@dataclass(frozen=True)
class BirthAsked(Event):
    """The due date is over, and it was not asked before: ask once, assume nothing."""

    member_id: int
    pregnancy_id: int
    at: str
