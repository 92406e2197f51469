"""What comes in and goes out about points, the rules by which they come, and tiers. One schema reads form and JSON."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from services.shared import money
from services.shared.fields import Day, Identifier, Moment, Money, Text, Whole
from services.shared.words import N_

BIRTHDAYS = ("", "day", "week", "month")


class AdjustmentIn(Schema):
    """Points given (positive) or taken (negative) by hand, and why."""

    amount = Whole(
        required=True, least=-1_000_000, most=1_000_000, validate=validate.NoneOf([0], error=N_("请填整数，不能是 0"))
    )
    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("最多 100 个字")))


class Multiple(Money):
    """Hundredths inside (150), a decimal string outside ("1.50"): how many times as many points."""

    default_error_messages = {"invalid": N_("请填几倍，例如 1.5"), "range": N_("超出了可以填的范围")}


class Permille(fields.Field[int]):
    """Per mille inside (55), percent with at most one decimal outside ("5.5")."""

    default_error_messages = {"invalid": N_("请填百分之几，例如 5"), "range": N_("超出了可以填的范围")}

    def __init__(self, *, most: int = 1000, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**kwargs)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else decimal(value, 10)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        return self._within(_tenths(value, self), self.most)

    def _within(self, value: int, most: int) -> int:
        if not 0 <= value <= most:
            raise self.make_error("range")
        return value


class Pays(Permille):
    """What a member pays of the price: per mille inside (900), percent outside ("90").

    People also write it as they say it: 9 and 9.5 are 9折 and 9.5折. Empty is the whole price.
    """

    default_error_messages = {"invalid": N_("请填几折，例如 9 或 9.5；不打折就空着")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if value is None or str(value).strip() == "":
            return 1000
        tenths = _tenths(str(value).replace(N_("折"), ""), self)
        return self._within(tenths * 10 if tenths <= 100 else tenths, 1000)


def decimal(value: int, unit: int) -> str:
    """`value` in `unit`s as people write it, without idle zeroes: 55 in tens is 5.5, 150 in hundreds 1.5."""
    return money.text(value * (100 // unit)).rstrip("0").rstrip(".")


def _tenths(value: Any, field: fields.Field[int]) -> int:
    """A number with at most one decimal, times ten."""
    try:
        hundredths = money.parse(str(value).replace("%", ""))
    except ValueError:
        raise field.make_error("invalid") from None
    if hundredths % 10:
        raise field.make_error("invalid")
    return hundredths // 10


class TierIn(Schema):
    """A level. `threshold` is growth: yuan paid, or points, as the shop's setting says. Coupons are named by their templates."""

    name = Text(required=True, validate=validate.Length(1, 12, error=N_("最多 12 个字")))
    threshold = Money(required=True)
    pays = Pays(load_default=1000)
    multiplier = Multiple(load_default=100, least=100, most=2000)
    wallet_bonus = Permille(load_default=0, most=500)
    early_days = Whole(load_default=0, least=0, most=365)
    birthday_template = Identifier(load_default=None, allow_none=True, attribute="birthday_template_id")
    monthly_templates = fields.List(
        Identifier(),
        load_default=list,
        attribute="monthly_template_ids",
        validate=validate.Length(max=10, error=N_("最多 10 种券")),
    )

    @pre_load
    def _blanks(self, data: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return _without_blanks(data, "multiplier", "wallet_bonus", "early_days", "birthday_template")


class TierOut(Schema):
    """A level as the API shows it; `members` is how many stand there."""

    id = Identifier()
    name = fields.String()
    threshold = Money()
    pays = Pays()
    multiplier = Multiple()
    wallet_bonus = Permille()
    early_days = fields.Integer()
    birthday_template = Identifier(attribute="birthday_template_id", allow_none=True)
    monthly_templates = fields.List(Identifier(), attribute="monthly_template_ids")
    archived = fields.Function(lambda tier: tier.archived_at is not None)


class EarningRuleIn(Schema):
    """When purchases earn a multiple. Empty lists mean "all"; Monday is 0; `birthday` is "", day, week or month."""

    name = Text(required=True, validate=validate.Length(1, 20, error=N_("最多 20 个字")))
    multiplier = Multiple(required=True, least=0, most=2000)
    products = fields.List(Identifier(), load_default=list, validate=validate.Length(max=200))
    categories = fields.List(Identifier(), load_default=list, validate=validate.Length(max=200))
    tiers = fields.List(Identifier(), load_default=list, validate=validate.Length(max=50))
    weekdays = fields.List(Whole(least=0, most=6), load_default=list, validate=validate.Length(max=7))
    starts_on = Day(load_default=None, allow_none=True)
    ends_on = Day(load_default=None, allow_none=True)
    birthday = fields.String(load_default="", validate=validate.OneOf(BIRTHDAYS, error=N_("请从列表里选")))

    @validates_schema(skip_on_field_errors=True)
    def _in_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            raise ValidationError({"ends_on": [N_("结束要在开始之后")]})


class EarningRuleOut(Schema):
    """A rule as the API shows it."""

    id = Identifier()
    name = fields.String()
    multiplier = Multiple()
    products = fields.List(Identifier())
    categories = fields.List(Identifier())
    tiers = fields.List(Identifier())
    weekdays = fields.List(fields.Integer())
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    birthday = fields.String()
    archived = fields.Function(lambda rule: rule.archived_at is not None)


class EntryOut(Schema):
    """One change of a balance, with the balance after it and what explains it.

    `order_number`, `paid` (what earned, fen of what was left to pay), `rate` and `multiplier` (the highest of its lines) tell of a
    sale; `expires_at` and `left` of the lot that came in.
    """

    id = Identifier()
    kind = fields.String()
    amount = fields.Integer()
    balance_after = fields.Integer()
    order = Identifier(attribute="order_id", allow_none=True)
    order_number = fields.String(allow_none=True, dump_default=None)
    paid = Money(allow_none=True)
    rate = fields.Dict(allow_none=True)
    multiplier = Multiple(allow_none=True)
    expires_at = Moment(allow_none=True)
    left = fields.Integer(allow_none=True)
    note = fields.String()
    at = Moment()


class GrowthEntryOut(Schema):
    """One change of growth; ¥1 paid is 1.00."""

    id = Identifier()
    kind = fields.String()
    amount = Money()
    balance_after = Money()
    order = Identifier(attribute="order_id", allow_none=True)
    at = Moment()


def _without_blanks(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """What a form left empty is not told."""
    return {name: value for name, value in data.items() if name not in names or value != ""}
