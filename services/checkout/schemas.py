"""What comes in and goes out at the counter (api.md): carts, quotes, tenders, scans."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.checkout.rules.offline import KEY_PREFIX
from services.checkout.rules.pricing import MOST_COUPONS, MOST_GRAMS, MOST_LINES, MOST_PIECES, Cart, CartLine, in_words
from services.checkout.rules.tenders import KINDS, MOST_TENDERS, WALLET
from services.orders.queries import TenderView
from services.orders.schemas import LineOut
from services.shared.fields import Identifier, Moment, Money, Text, Whole
from services.shared.words import N_
from services.signin.schemas import ProofId

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
    """One wanted line; `grams` for what is weighed, `price` for what has none, `manual_price` instead of the list price of a piece."""

    product = Identifier(required=True, attribute="product_id")
    options = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 20)),
        values=fields.String(validate=validate.Length(1, 20)),
        load_default=dict,
    )
    quantity = Whole(load_default=1, least=1, most=MOST_PIECES)
    note = Text(load_default="", validate=validate.Length(max=60, error=N_("最多 60 个字")))
    grams = Whole(load_default=None, allow_none=True, least=1, most=MOST_GRAMS)
    price = Money(load_default=None, allow_none=True, least=1, attribute="open_price")
    manual_price = Money(load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> CartLine:
        return CartLine(**data)


class Coupons(fields.Field[tuple[int, ...] | None]):
    """Which coupons to choose from: "best" looks at all that the member holds, a list names them, an empty one is none."""

    default_error_messages = {"invalid": N_("券不对，请重新选")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[int, ...] | None:
        if value == "best":
            return None
        if not isinstance(value, list) or len(value) > MOST_COUPONS:
            raise self.make_error("invalid")
        each = Identifier()
        named = (each.deserialize(one) for one in value)
        return tuple(dict.fromkeys(one for one in named if one is not None))


class CartIn(Schema):
    """A cart to be priced; without a member it is a walk-in's. `points` is the most to spend; `manual_off` needs a reason. `own`: the
    member's own wallet and points, also where a household shares the holder's with them."""

    store = Identifier(required=True, attribute="store_id")
    member = Identifier(load_default=None, allow_none=True, attribute="member_id")
    lines = fields.List(
        fields.Nested(CartLineIn), required=True, validate=validate.Length(1, MOST_LINES, error=N_("还没有选商品"))
    )

    coupons = Coupons(load_default=())
    points = Whole(load_default=0, least=0, most=1_000_000_000)
    manual_off = Money(load_default=0)
    manual_reason = Text(load_default="", validate=validate.Length(max=100, error=N_("最多 100 个字")))
    own = fields.Boolean(load_default=False)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {"cart": Cart(**{**data, "lines": tuple(data["lines"])})}


class StepOut(Schema):
    """One explained step of a price."""

    kind = fields.String()
    label = fields.String()
    amount = Money()
    coupon = Identifier(attribute="coupon_id", allow_none=True)


class OfferedOut(Schema):
    """A coupon that was looked at, and what became of it: what it saves, or the reason why it does not apply."""

    coupon = Identifier(attribute="verdict.coupon_id")
    name = fields.String()
    expires_at = Moment(allow_none=True)
    applied = fields.Function(lambda offered: offered.verdict.saves > 0)
    saves = Money(attribute="verdict.saves")
    code = fields.Function(lambda offered: offered.verdict.reason.code if offered.verdict.reason else None)
    reason = fields.Function(lambda offered: in_words(offered.verdict.reason) if offered.verdict.reason else None)


class SharedOut(Schema):
    """Whose account the cart moves instead of the member's, by a masked name: whether its stored value, its points."""

    holder = fields.String()
    kinship = fields.String(attribute="share.kinship")
    wallet = fields.Function(lambda shared: shared.wallet is not None)
    points = fields.Function(lambda shared: shared.points is not None)


class HoldingOut(Schema):
    """What the member has; `points_most` points would take `points_save` off this cart. Null without wallet:read, points:read.

    With `shared` it is what the holder of the household shares with them, the wallet within their limits.
    """

    wallet = Money(allow_none=True)
    points = fields.Integer(allow_none=True)
    points_most = fields.Integer(allow_none=True)
    points_save = Money(allow_none=True)
    tier = fields.String()
    shared = fields.Nested(SharedOut, allow_none=True)


class QuoteOut(Schema):
    """A priced cart that holds until `expires_at`; `coupons` is null without coupons:read, and "best" looks at none then."""

    id = fields.String()
    store = Identifier(attribute="cart.store_id")
    member = Identifier(attribute="cart.member_id", allow_none=True)
    lines = fields.List(fields.Nested(LineOut), attribute="price.lines")
    steps = fields.List(fields.Nested(StepOut), attribute="price.steps")
    due = Money(attribute="price.due")
    earns = fields.Integer()
    points = fields.Integer(attribute="price.points")
    coupons = fields.List(fields.Nested(OfferedOut), allow_none=True)
    holds = fields.Nested(HoldingOut, allow_none=True)
    expires_at = Moment()


class TenderIn(Schema):
    """One way of paying; `received` is the cash that was handed over."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error=N_("没有这种收款方式")))
    amount = Money(required=True, least=1)
    received = Money(load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> TenderView:
        return TenderView(**data)


def _foreign(key: str) -> None:
    """Keys of sales that wait in a counter's queue are ours: one that is taken beforehand would swallow its sale."""
    if key.lower().startswith(KEY_PREFIX):
        raise ValidationError(N_("不能以 offline: 开头，换一个"))


class SaleIn(Schema):
    """A quote and how it is paid. `proof` is a scan of the member's code or a confirmation; it is needed where something is spent.
    `holder_proof`: the household's holder confirmed, where much of theirs is spent."""

    quote = fields.String(required=True)
    tenders = fields.List(
        fields.Nested(TenderIn), load_default=list, validate=validate.Length(max=MOST_TENDERS, error=N_("最多 10 笔"))
    )
    proof = ProofId(load_default=None, allow_none=True)
    holder_proof = ProofId(load_default=None, allow_none=True)
    note = Text(load_default="", validate=validate.Length(max=200, error=N_("最多 200 个字")))
    external_key = Text(load_default=None, allow_none=True, validate=[validate.Length(1, 80), _foreign])


class OfflineLineIn(Schema):
    """One line as a counter sold it without network: the names and the list price of a piece that it knew."""

    product = Identifier(required=True, attribute="product_id")
    name = Text(required=True, validate=validate.Length(1, 60))
    options = fields.Dict(
        keys=Text(validate=validate.Length(1, 20)),
        values=Text(validate=validate.Length(1, 20)),
        load_default=dict,
    )
    choices = Text(load_default="", validate=validate.Length(max=200))
    quantity = Whole(required=True, least=1, most=MOST_PIECES)
    price = Money(required=True, attribute="list_price")
    note = Text(load_default="", validate=validate.Length(max=60))
    grams = Whole(load_default=None, allow_none=True, least=1, most=MOST_GRAMS)


class OfflineTenderIn(TenderIn):
    """How it was paid: cash, or outside of this system; what a member holds needs the server."""

    kind = fields.String(
        required=True, validate=validate.OneOf([kind for kind in KINDS if kind != WALLET], error=N_("没有这种收款方式"))
    )


class OfflineSaleIn(Schema):
    """A sale that was made without network. `code` is what was scanned: a member's code (judged by `scanned_at`) or number."""

    credential = fields.String(required=True, validate=validate.Length(1, 120))
    sold_at = Moment(required=True)
    member = Identifier(load_default=None, allow_none=True, attribute="member_id")
    code = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"[0-9]{10}(?:[0-9]{10})?\Z"))
    scanned_at = Moment(load_default=None, allow_none=True)
    lines = fields.List(fields.Nested(OfflineLineIn), required=True, validate=validate.Length(1, MOST_LINES))
    tenders = fields.List(fields.Nested(OfflineTenderIn), load_default=list, validate=validate.Length(max=MOST_TENDERS))
    note = Text(load_default="", validate=validate.Length(max=200))


class ScanIn(Schema):
    """A code that was scanned or typed, and where."""

    code = Text(required=True, validate=validate.Length(1, 300))
    store = Identifier(required=True, attribute="store_id")


class ScanOut(Schema):
    """What a code is: a member (spendable once, when it was their live code), a product, an order or a coupon."""

    id = ScanId(attribute="scan_id", allow_none=True)
    kind = fields.String()
    spendable = fields.Boolean()
    member = Identifier(attribute="member_id", allow_none=True)
    product = Identifier(attribute="product_id", allow_none=True)
    order = Identifier(attribute="order_id", allow_none=True)
    coupon = Identifier(attribute="coupon_id", allow_none=True)
