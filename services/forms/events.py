"""What happened to forms."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class FormSubmitted(Event):
    """Somebody sent a form. `member_id` is None where nobody knows whose it is; `state` says whether it is theirs or waits."""

    submission_id: int
    form_id: int
    store_id: int
    member_id: int | None
    state: str
