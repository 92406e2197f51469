"""What comes in and goes out about findings."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.dealing.queries import FindingView
from services.shared import money
from services.shared.fields import Day, Identifier, Moment, Text
from services.shared.words import N_

FIRST, LAST = date(2000, 1, 1), date(2200, 1, 1)


def _within_reach(day: date | None) -> None:
    if day is not None and not FIRST <= day <= LAST:
        raise ValidationError(N_("没有那么早或那么晚的记录"))


class FindingsFilter(Schema):
    """The week of `day` (today's, if none), or four weeks up to it."""

    day = Day(load_default=None, validate=_within_reach)
    weeks = fields.Integer(load_default=1, validate=validate.OneOf((1, 4), error=N_("填 1 或 4")))


class ReviewIn(Schema):
    """A finding by its name, and why it is fine."""

    finding = Text(required=True, validate=validate.Length(1, 80))
    note = Text(required=True, validate=validate.Length(1, 200, error=N_("写一句为什么没问题，最多 200 个字")))


class OwnCardIn(Schema):
    """Whose card somebody's is: its phone, or its member number."""

    card = Text(required=True, validate=validate.Length(1, 40))


class OwnCardOut(Schema):
    """The member card of somebody who works here; null where none is noted."""

    staff = Identifier()
    member = Identifier(allow_none=True)


class FindingOut(Schema):
    """A finding: `kind` says what stands out, `figures` what is counted (amounts of money as strings)."""

    finding = fields.String(attribute="finding.key")
    kind = fields.String(attribute="finding.kind")
    day = fields.Date(attribute="finding.day")
    at = Moment(attribute="finding.at")
    staff = Identifier(attribute="finding.staff_id")
    store = Identifier(attribute="finding.store_id", allow_none=True)
    member = Identifier(attribute="finding.member_id", allow_none=True)
    order = Identifier(attribute="finding.order_id", allow_none=True)
    figures = fields.Method("_figures")
    look = fields.Method("_look")

    def _figures(self, view: FindingView) -> dict[str, Any]:
        fen = ("amount", "other")
        return {name: money.text(value) if name in fen else value for name, value in view.finding.figures.items()}

    def _look(self, view: FindingView) -> dict[str, Any] | None:
        look = view.look
        return {"name": look.name, "at": look.at.isoformat(), "note": look.note} if look else None
