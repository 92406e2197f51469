"""What happened to tags."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class TagAdded(Event):
    """A member has a tag now; `by_rule`: because they meet its rule."""

    member_id: int
    tag_id: int
    by_rule: bool


@dataclass(frozen=True)
class TagRemoved(Event):
    """A member has a tag no more."""

    member_id: int
    tag_id: int
    by_rule: bool
