"""What comes in and goes out about orders and refunds (api.md)."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.orders.queries import LineView, OrderView
from services.orders.queries.receipt_links import receipt_url
from services.orders.rules import read_tax_number
from services.shared import money
from services.shared.fields import Identifier, Moment, Money, Text, Whole
from services.shared.words import N_

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


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


class SoldLineOut(LineOut):
    """A line of an order, and what of it went back."""

    refunded_quantity = fields.Integer()
    refunded = Money(attribute="refunded_amount")


class TenderOut(Schema):
    """One way of paying, and what of it went back."""

    kind = fields.String()
    amount = Money()
    received = Money(allow_none=True)
    bonus = Money()
    refunded = Money()


class OrderOut(Schema):
    """An order as the API shows it; `receipt_code` and `receipt_url` are null for who may neither sell nor claim nor reassign orders."""

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
    refunded = Money()
    change = Money()
    points = fields.Method("_points")
    receipt_code = fields.Function(lambda order: order.receipt_code or None)
    receipt_url = fields.Function(lambda order: receipt_url(order.id) if order.receipt_code else None)
    external_key = fields.String(allow_none=True)
    flags = fields.List(fields.String())
    manual_reason = fields.String()
    completed_at = Moment()
    lines = fields.List(fields.Nested(SoldLineOut))
    tenders = fields.List(fields.Nested(TenderOut))
    values = fields.Dict(keys=fields.String(), data_key="fields", attribute="answers")

    def _points(self, order: OrderView) -> dict[str, int | None]:
        return {
            "earned": order.points_earned,
            "spent": order.points_spent,
            "before": order.points_before,
            "after": order.points_after,
        }


class PiecesIn(Schema):
    """Pieces of a line; `line` is its place on the receipt."""

    line = Identifier(required=True)
    quantity = Whole(required=True, least=1, most=999)


class RefundWishIn(Schema):
    """What is to go back: pieces of `lines`, an `amount`, or neither for everything; `void` for everything on the day of the sale.

    `in_cash` names ways of paying that are given back as cash instead.
    """

    lines = fields.List(fields.Nested(PiecesIn), load_default=None, allow_none=True)
    amount = Money(load_default=None, allow_none=True)
    void = fields.Boolean(load_default=False)
    in_cash = fields.List(fields.String(validate=validate.Length(1, 20)), load_default=list)


class RefundIn(RefundWishIn):
    """A refund, with its reason. `seen`: how many refunds the order had when it was looked at (409 when there are more by now)."""

    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("写下原因，最多 100 个字")))
    seen = Whole(load_default=None, allow_none=True, least=0, most=100_000)


class RefundedLineOut(Schema):
    """What of a line went back; no pieces where an amount did."""

    line = Identifier(attribute="position")
    name = fields.String()
    quantity = fields.Integer()
    amount = Money()


class RefundedTenderOut(Schema):
    """How money went back: `kind` is what was given, `origin` how it had been paid; `bonus` is that part of a wallet's."""

    kind = fields.String()
    origin = fields.String()
    amount = Money()
    bonus = Money()


class RefundOut(Schema):
    """A refund as the API shows it; growth counts like money (1.00 for ¥1)."""

    id = Identifier()
    order = Identifier(attribute="order_id")
    number = fields.String()
    way = fields.String()
    reason = fields.String()
    amount = Money()
    lines = fields.List(fields.Nested(RefundedLineOut))
    tenders = fields.List(fields.Nested(RefundedTenderOut))
    points_taken_back = fields.Integer()
    points_returned = fields.Integer()
    debt = fields.Integer()
    growth_taken_back = Money()
    coupons_returned = fields.List(Identifier())
    staff = Identifier(attribute="staff_id", allow_none=True)
    at = Moment()


class RefundPreviewOut(Schema):
    """What a refund would do; `effects` say it in words. `seen` is to be sent along with the refund."""

    way = fields.String(attribute="plan.way")
    amount = Money(attribute="plan.amount")
    complete = fields.Boolean(attribute="plan.complete")
    lines = fields.Method("_lines")
    tenders = fields.List(fields.Nested(RefundedTenderOut), attribute="plan.tenders")
    points_taken_back = fields.Integer(attribute="plan.points_taken_back")
    points_returned = fields.Integer(attribute="plan.points_returned")
    points_before = fields.Integer()
    points_after = fields.Integer()
    debt = fields.Integer()
    growth_taken_back = Money(attribute="plan.growth_taken_back")
    coupons = fields.List(Identifier(), attribute="plan.coupons")
    effects = fields.Function(lambda preview: [each.text % each.params for each in preview.effects])
    seen = fields.Integer()

    def _lines(self, preview: Any) -> list[dict[str, Any]]:
        return [
            {"line": str(each.position), "quantity": each.pieces, "amount": money.text(each.fen)}
            for each in preview.plan.lines
        ]


class InvoiceIn(Schema):
    """Who the invoice is for: a person, or a company with its tax number."""

    kind = fields.String(required=True, validate=validate.OneOf(("personal", "company"), error=N_("请选个人或单位")))
    title = Text(required=True, validate=validate.Length(max=100))
    tax_number = Text(load_default="", validate=validate.Length(max=30))
    email = Text(load_default="", validate=validate.Length(max=120))

    @validates_schema
    def _check(self, data: dict[str, Any], **_kwargs: Any) -> None:
        errors: dict[str, list[str]] = {}
        if data["kind"] == "company" and read_tax_number(data["tax_number"]) is None:
            errors["tax_number"] = [N_("税号是 15、17、18 或 20 位，请对照营业执照")]
        if data["email"] and not _EMAIL.fullmatch(data["email"]):
            errors["email"] = [N_("邮箱不对，例如 name@example.com")]
        if errors:
            raise ValidationError(errors)

    @post_load
    def _tidy(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        number = read_tax_number(data["tax_number"]) if data["kind"] == "company" else ""
        return data | {"tax_number": number or ""}


class InvoiceAnswerIn(Schema):
    """The shop's answer to a request."""

    state = fields.String(required=True, validate=validate.OneOf(("issued", "declined"), error=N_("请选已开或不能开")))
    note = Text(load_default="", validate=validate.Length(max=200))


class InvoiceFilter(Schema):
    """Which requests a list shows."""

    store = Identifier(load_default=None, attribute="store_id")
    state = fields.String(
        load_default="", validate=validate.OneOf(("", "asked", "issued", "declined"), error=N_("没有这种状态"))
    )


class InvoiceOut(Schema):
    """A request for an invoice as the API shows it."""

    order = Identifier(attribute="order_id")
    number = fields.String(attribute="order_number")
    store = Identifier(attribute="store_id")
    kind = fields.String()
    title = fields.String()
    tax_number = fields.String()
    email = fields.String()
    state = fields.String()
    note = fields.String()
    asked_at = Moment()
    settled_at = Moment(allow_none=True)


class ReceiptLinkOut(Schema):
    """Where a customer reads the receipt without signing in, and until when."""

    url = fields.String()
    ends_at = Moment()


class MyOrderClaimIn(Schema):
    """The code of a receipt, as it is printed or scanned."""

    receipt_code = Text(required=True, validate=validate.Length(max=40))


class OrderClaimIn(MyOrderClaimIn):
    """The code of a receipt, and whose it is."""

    member = Identifier(required=True, attribute="member_id")


class ReassignmentIn(Schema):
    """Who should have been on the order, and why they were not."""

    member = Identifier(required=True, attribute="member_id")
    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("写下原因，最多 100 个字")))


class HandoverOut(Schema):
    """An order that came to a member after it was paid; `debt` is owed by who had it before."""

    id = Identifier()
    order = Identifier(attribute="order_id")
    number = fields.String(attribute="order_number")
    kind = fields.String()
    before = Identifier(attribute="from_member_id", allow_none=True)
    member = Identifier(attribute="to_member_id")
    points = fields.Integer()
    growth = Money()
    debt = fields.Integer()
    reason = fields.String()
    staff = Identifier(attribute="staff_id", allow_none=True)
    at = Moment()
