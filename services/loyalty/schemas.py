"""What comes in and goes out about points."""

from marshmallow import Schema, fields, validate

from services.shared.fields import Identifier, Moment, Text, Whole
from services.shared.words import N_


class AdjustmentIn(Schema):
    """Points given (positive) or taken (negative) by hand, and why."""

    amount = Whole(
        required=True, least=-1_000_000, most=1_000_000, validate=validate.NoneOf([0], error=N_("请填整数，不能是 0"))
    )
    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("最多 100 个字")))


class EntryOut(Schema):
    """One change of a balance, with the balance after it."""

    id = Identifier()
    kind = fields.String()
    amount = fields.Integer()
    balance_after = fields.Integer()
    order = Identifier(attribute="order_id", allow_none=True)
    note = fields.String()
    at = Moment()
