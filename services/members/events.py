"""What happened to members."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class MemberJoined(Event):
    """Someone has a card now. `way` is counter, registration_page, api, import or system."""

    member_id: int
    store_id: int | None
    source: str
    way: str


@dataclass(frozen=True)
class MemberChanged(Event):
    """Something known of a member changed; `fields` are the names, with commas between."""

    member_id: int
    fields: str
    at: str = ""


@dataclass(frozen=True)
class ConsentWithdrawn(Event):
    """A member took back what they had agreed to (`kind`: rules/purposes.py); `by` is the kind of actor that wrote it down."""

    member_id: int
    kind: str
    by: str = "member"
    at: str = ""
