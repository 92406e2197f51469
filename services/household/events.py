"""What happens in households."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class HouseholdChanged(Event):
    """Something about what `holder_id` shares with `member_id` is other than before: `what` is joined, changed, paused, resumed, left or
    removed; `by`: the kind of actor that did it."""

    holder_id: int
    member_id: int
    kinship: str
    what: str
    by: str
    at: str
