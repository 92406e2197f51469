"""What happened here."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class InteractionNoted(Event):
    """Staff wrote down what they had to do with a member."""

    member_id: int
    interaction_id: int
    kind: str
