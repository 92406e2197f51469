"""What comes in and goes out about requests."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.approvals.queries import ApprovalView
from services.approvals.rules import POINTS
from services.shared import money
from services.shared.fields import Day, Identifier, Moment, Text
from services.shared.words import N_


class DeclineIn(Schema):
    """Why the second person does not agree."""

    note = Text(required=True, validate=validate.Length(1, 100, error=N_("写一句为什么，最多 100 个字")))


class ExportAskIn(Schema):
    """Why everything is to be taken along."""

    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("写下原因，最多 100 个字")))


class ExportRequestIn(ExportAskIn):
    """The same with how far it goes: one `store` or all that the caller sees, one `day` (in the shop's zone) or all."""

    store = Identifier(load_default=None, attribute="store_id")
    day = Day(load_default=None)


class ShownIn(Schema):
    """What still waits, or what is over."""

    shown = Text(load_default="waiting", validate=validate.OneOf(("waiting", "done"), error=N_("请从列表里选")))


class ApprovalOut(Schema):
    """A request. `kind` is payout, wallet, points or export; `state` waiting, approved, declined, withdrawn or expired; `amount` is money,
    for points a whole number; `asked_by` is an id of staff or of a token, as `asked_kind` says."""

    id = Identifier()
    kind = fields.String()
    state = fields.String()
    member = Identifier(attribute="member_id", allow_none=True)
    store = Identifier(attribute="store_id", allow_none=True)
    amount = fields.Method("_amount")
    reason = fields.String()
    asked_kind = fields.String()
    asked_by = Identifier()
    asked_at = Moment()
    expires_at = Moment()
    decided_by = Identifier(allow_none=True)
    decided_at = Moment(allow_none=True)
    note = fields.String()

    def _amount(self, view: ApprovalView) -> Any:
        return str(view.amount) if view.kind == POINTS else money.text(view.amount)
