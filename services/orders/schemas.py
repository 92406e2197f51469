"""What goes out about orders (api.md)."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.orders.queries import LineView, OrderView
from services.shared.fields import Identifier, Moment, Money, Text
from services.shared.words import N_


class OrderFilter(Schema):
    """Which orders a list shows."""

    store = Identifier(load_default=None, attribute="store_id")
    day = fields.Date(load_default=None, error_messages={"invalid": N_("请填日期，例如 2026-11-22")})
    member = Identifier(load_default=None, attribute="member_id")
    number = Text(load_default="", validate=validate.Length(max=20))


class ShareOut(Schema):
    """The part of one discount that falls on a line."""

    kind = fields.String()
    amount = Money()
    coupon = Identifier(attribute="coupon_id", allow_none=True)


class LineOut(Schema):
    """One line; `line` is its place on the receipt, by which a refund names it."""

    line = Identifier(attribute="position")
    product = Identifier(attribute="product_id")
    name = fields.String()
    options = fields.Method("_options")
    choices = fields.String()
    quantity = fields.Integer()
    list_price = Money()
    amount = Money()
    note = fields.String()
    shares = fields.List(fields.Nested(ShareOut))

    def _options(self, line: LineView) -> dict[str, Any]:
        return {key: chosen["choice"] for key, chosen in line.options.items()}


class TenderOut(Schema):
    """One way of paying."""

    kind = fields.String()
    amount = Money()
    received = Money(allow_none=True)


class OrderOut(Schema):
    """An order as the API shows it."""

    id = Identifier()
    number = fields.String()
    state = fields.String()
    store = Identifier(attribute="store_id")
    member = Identifier(attribute="member_id", allow_none=True)
    staff = Identifier(attribute="staff_id", allow_none=True)
    origin = fields.String()
    note = fields.String()
    list_total = Money()
    due = Money()
    paid = Money()
    change = Money()
    points = fields.Method("_points")
    receipt_code = fields.String()
    external_key = fields.String(allow_none=True)
    completed_at = Moment()
    lines = fields.List(fields.Nested(LineOut))
    tenders = fields.List(fields.Nested(TenderOut))

    def _points(self, order: OrderView) -> dict[str, int | None]:
        return {
            "earned": order.points_earned,
            "spent": order.points_spent,
            "before": order.points_before,
            "after": order.points_after,
        }
