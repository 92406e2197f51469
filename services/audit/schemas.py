"""What comes in and goes out about the audit log."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.audit.queries import EntryView
from services.shared.fields import Day, Identifier, Moment, Text


class AuditFilter(Schema):
    """Which entries: part of a name, an act or an address; a member's; a store's; a day's (in the shop's zone)."""

    q = Text(load_default="", validate=validate.Length(max=60))
    member = Identifier(load_default=None, attribute="member_id")
    store = Identifier(load_default=None, attribute="store_id")
    day = Day(load_default=None)


class AuditOut(Schema):
    """One act. `actor` and `subject` are a kind and an id (a member has no name here: it would outlive an erasure); `changes` is null where
    the member it was about has been erased, `position` until the entry is chained (a minute)."""

    id = Identifier()
    at = Moment()
    action = fields.String()
    actor = fields.Method("_actor")
    origin = fields.String()
    store = Identifier(attribute="store_id", allow_none=True)
    subject = fields.Method("_subject")
    changes = fields.Raw(allow_none=True)
    position = fields.Integer(allow_none=True)

    def _actor(self, entry: EntryView) -> dict[str, Any]:
        return {"kind": entry.actor_kind, "id": _plain(entry.actor_id), "name": entry.actor_name}

    def _subject(self, entry: EntryView) -> dict[str, Any]:
        return {"kind": entry.subject_kind, "id": _plain(entry.subject_id)}


def _plain(number: int | None) -> str | None:
    return None if number is None else str(number)
