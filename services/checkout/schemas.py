"""What comes in and goes out at the counter (api.md): carts, quotes, tenders, scans."""

import re
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.checkout.rules.pricing import MOST_LINES, MOST_PIECES, Cart, CartLine
from services.checkout.rules.tenders import KINDS, MOST_TENDERS
from services.orders.queries import TenderView
from services.orders.schemas import LineOut
from services.shared.fields import Identifier, Moment, Money, Text, Whole
from services.shared.words import N_

_SCAN = re.compile(r"s_(\d{1,18})")


class ScanId(fields.Field[int]):
    """The id of a scan, as a scan answered it (`s_42`)."""

    default_error_messages = {"invalid": N_("请重新扫会员码")}

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"s_{value}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        found = _SCAN.fullmatch(value) if isinstance(value, str) and value.isascii() else None
        if found is None:
            raise self.make_error("invalid")
        return int(found[1])


class CartLineIn(Schema):
    """One wanted line."""

    product = Identifier(required=True, attribute="product_id")
    options = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 20)),
        values=fields.String(validate=validate.Length(1, 20)),
        load_default=dict,
    )
    quantity = Whole(load_default=1, least=1, most=MOST_PIECES)
    note = Text(load_default="", validate=validate.Length(max=60, error=N_("最多 60 个字")))

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> CartLine:
        return CartLine(**data)


class CartIn(Schema):
    """A cart to be priced; without a member it is a walk-in's."""

    store = Identifier(required=True, attribute="store_id")
    member = Identifier(load_default=None, allow_none=True, attribute="member_id")
    lines = fields.List(
        fields.Nested(CartLineIn), required=True, validate=validate.Length(1, MOST_LINES, error=N_("还没有选商品"))
    )

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {"cart": Cart(data["store_id"], data["member_id"], tuple(data["lines"]))}


class StepOut(Schema):
    """One explained step of a price."""

    kind = fields.String()
    label = fields.String()
    amount = Money()


class QuoteOut(Schema):
    """A priced cart that holds until `expires_at`."""

    id = fields.String()
    store = Identifier(attribute="cart.store_id")
    member = Identifier(attribute="cart.member_id", allow_none=True)
    lines = fields.List(fields.Nested(LineOut), attribute="price.lines")
    steps = fields.List(fields.Nested(StepOut), attribute="price.steps")
    due = Money(attribute="price.due")
    earns = fields.Integer()
    coupons = fields.Function(lambda _quote: [])
    expires_at = Moment()


class TenderIn(Schema):
    """One way of paying; `received` is the cash that was handed over."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error=N_("没有这种收款方式")))
    amount = Money(required=True, least=1)
    received = Money(load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> TenderView:
        return TenderView(**data)


class SaleIn(Schema):
    """A quote and how it is paid. `proof` is the scan of the member's code; it is needed where something is spent."""

    quote = fields.String(required=True)
    tenders = fields.List(
        fields.Nested(TenderIn), load_default=list, validate=validate.Length(max=MOST_TENDERS, error=N_("最多 10 笔"))
    )
    proof = ScanId(load_default=None, allow_none=True)
    note = Text(load_default="", validate=validate.Length(max=200, error=N_("最多 200 个字")))
    external_key = Text(load_default=None, allow_none=True, validate=validate.Length(1, 80))


class ScanIn(Schema):
    """A code that was scanned or typed, and where."""

    code = Text(required=True, validate=validate.Length(1, 300))
    store = Identifier(required=True, attribute="store_id")


class ScanOut(Schema):
    """What a code is: a member (spendable once, when it was their live code), a product or an order."""

    id = ScanId(attribute="scan_id", allow_none=True)
    kind = fields.String()
    spendable = fields.Boolean()
    member = Identifier(attribute="member_id", allow_none=True)
    product = Identifier(attribute="product_id", allow_none=True)
    order = Identifier(attribute="order_id", allow_none=True)
