"""What comes in and goes out about stored value: top-ups, plans, payouts, statements."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.shared.fields import Identifier, Moment, Money, Text, Whole
from services.shared.words import N_

PAID_BY = ("cash", "wechat", "alipay", "card", "other")
MOST_PAID = 10
_WRONG_KIND = validate.OneOf(PAID_BY, error=N_("没有这种收款方式"))


class PaidIn(Schema):
    """One way of paying in; `received` is the cash that was handed over."""

    kind = fields.String(required=True, validate=_WRONG_KIND)
    amount = Money(required=True, least=1)
    received = Money(load_default=None, allow_none=True)


class TopUpIn(Schema):
    """A plan (and then its amount), or an amount of one's own; the tenders add up to the amount.

    `bonus`, `points` and `coupons` may say what the buyer was shown to come with it: refused where it is another by now.
    """

    store = Identifier(required=True, attribute="store_id")
    plan = Identifier(load_default=None, allow_none=True, attribute="plan_id")
    amount = Money(load_default=None, allow_none=True, least=1)
    bonus = Money(load_default=None, allow_none=True)
    points = Whole(load_default=None, allow_none=True, least=0, most=1_000_000)
    coupons = Whole(load_default=None, allow_none=True, least=0, most=1_000_000)
    tenders = fields.List(
        fields.Nested(PaidIn), required=True, validate=validate.Length(1, MOST_PAID, error=N_("请选择收款方式"))
    )

    @validates_schema
    def _something(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("plan_id") is None and data.get("amount") is None:
            raise ValidationError(N_("选一个方案，或者填金额"), "amount")


class PlanIn(Schema):
    """充 `amount` 送 `bonus`, with points and coupons on top. `stores` empty means every store, `per_member` None no limit."""

    name = Text(load_default="", validate=validate.Length(max=24, error=N_("最多 24 个字")))
    amount = Money(required=True, least=1, most=5_000_00)
    bonus = Money(load_default=0, most=5_000_00)
    points = Whole(load_default=0, least=0, most=1_000_000)
    template = Identifier(load_default=None, allow_none=True, attribute="template_id")
    coupons = Whole(load_default=0, least=0, most=20)
    per_member = Whole(load_default=None, allow_none=True, least=1, most=1000)
    stores = fields.List(Identifier(), load_default=list, validate=validate.Length(max=200))

    @validates_schema
    def _coupons(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("coupons") and data.get("template_id") is None and "template_id" in data:
            raise ValidationError(N_("选一种优惠券"), "template")


class PayoutIn(Schema):
    """Principal paid back: of which lots (all, if none are named), how much (what the sheet says, if none), how and why.

    `sheet` is the refund sheet's mark: given, the payout is refused once the wallet has moved since.
    """

    store = Identifier(required=True, attribute="store_id")
    lots = fields.List(Identifier(), load_default=list, validate=validate.Length(max=500))
    amount = Money(load_default=None, allow_none=True, least=1)
    tender = fields.String(load_default=None, allow_none=True, validate=_WRONG_KIND)
    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("最多 100 个字")))
    sheet = Whole(load_default=None, allow_none=True, least=0, most=2**53)


class WalletAdjustmentIn(Schema):
    """Principal and bonus given (positive) or taken (negative) by hand, and why."""

    principal = Money(load_default=0, least=-5_000_00, most=5_000_00)
    bonus = Money(load_default=0, least=-5_000_00, most=5_000_00)
    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("最多 100 个字")))

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data["principal"] and not data["bonus"]:
            raise ValidationError(N_("请填要加或要减的金额"), "principal")
        if data["principal"] * data["bonus"] < 0:
            raise ValidationError(N_("一次只能都加，或者都减"), "bonus")


class BalanceOut(Schema):
    """What a wallet holds."""

    principal = Money()
    bonus = Money()
    total = Money()


class WalletEntryOut(Schema):
    """One change of a wallet, with what led to it and what the wallet held after it."""

    id = Identifier()
    kind = fields.String()
    principal = Money()
    bonus = Money()
    principal_after = Money()
    bonus_after = Money()
    store = Identifier(attribute="store_id", allow_none=True)
    order = Identifier(attribute="order_id", allow_none=True)
    top_up = Identifier(attribute="top_up_id", allow_none=True)
    payout = Identifier(attribute="payout_id", allow_none=True)
    note = fields.String()
    at = Moment()


class PaidByOut(Schema):
    """One way a top-up was paid."""

    kind = fields.String()
    amount = Money()
    received = Money(allow_none=True)


class TopUpOut(Schema):
    """A top-up as its receipt shows it."""

    id = Identifier()
    number = fields.String()
    member = Identifier(attribute="member_id")
    store = Identifier(attribute="store_id")
    plan = Identifier(attribute="plan_id", allow_none=True)
    principal = Money()
    bonus = Money()
    points = fields.Integer()
    coupons = fields.Integer()
    tenders = fields.List(fields.Nested(PaidByOut))
    change = Money()
    principal_after = Money()
    bonus_after = Money()
    at = Moment()


class PlanOut(Schema):
    """A top-up plan."""

    id = Identifier()
    name = fields.String()
    amount = Money()
    bonus = Money()
    points = fields.Integer()
    template = Identifier(attribute="template_id", allow_none=True)
    coupons = fields.Integer()
    per_member = fields.Integer(allow_none=True)
    stores = fields.List(Identifier())
    archived = fields.Function(lambda plan: plan.archived_at is not None)


class UseOut(Schema):
    """What an order took of a lot, and what that bought at list price."""

    order = Identifier(attribute="order_id")
    number = fields.String()
    at = Moment(allow_none=True)
    principal = Money()
    bonus = Money()
    at_list_price = Money()


class LotSheetOut(Schema):
    """The refund sheet of one top-up, step by step."""

    lot = Identifier(attribute="lot_id")
    top_up = Identifier(attribute="top_up_id", allow_none=True)
    number = fields.String(allow_none=True)
    name = fields.String()
    paid_at = Moment()
    fresh = fields.Boolean()
    principal = Money()
    bonus = Money()
    bonus_left = Money()
    uses = fields.List(fields.Nested(UseOut))
    consumed = Money()
    policy = Money()
    floor = Money()
    amount = Money()


class SheetOut(Schema):
    """The refund sheet: the shop's policy, the legal floor, what is to be paid at least and at most, and how."""

    sheet = fields.Integer(attribute="mark")
    lots = fields.List(fields.Nested(LotSheetOut))
    policy = Money()
    floor = Money()
    amount = Money()
    bonus_lost = Money()
    tenders = fields.List(fields.String())


class PayoutOut(Schema):
    """A payout and the sheet that led to it."""

    id = Identifier()
    member = Identifier(attribute="member_id")
    store = Identifier(attribute="store_id")
    amount = Money()
    policy = Money()
    floor = Money()
    bonus_lost = Money()
    tender = fields.String()
    reason = fields.String()
    sheet = fields.Raw()
    at = Moment()
