"""What happened around a second person."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class ApprovalAsked(Event):
    """Somebody asked for a second person."""

    approval_id: int


@dataclass(frozen=True)
class ApprovalDecided(Event):
    """The second person agreed, or did not."""

    approval_id: int


@dataclass(frozen=True)
class ApprovalsLoosened(Event):
    """Somebody set the shop so that less waits for a second person than before."""

    staff_id: int
    at: str
