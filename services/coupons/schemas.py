"""What comes in and goes out about coupons. One schema reads form and JSON; what depends on several fields is checked by the commands."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.coupons.rules import MINUTES, Kind
from services.shared.fields import Complete, Identifier, Moment, Money, Optional, Text, Whole
from services.shared.words import N_

_KINDS = validate.OneOf([kind.value for kind in Kind], error=N_("请从列表里选"))
_CODE = validate.Regexp(r"[A-Z0-9]{4,20}\Z", error=N_("4 到 20 位字母和数字，例如 SPRING20"))
CHANNELS = ("counter", "preorder")


class Minute(fields.Field[int]):
    """A time of day: `09:30` outside, minutes since midnight inside; `24:00` is the end of the day."""

    default_error_messages = {"invalid": N_("请填时间，例如 09:30")}

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value // 60:02d}:{value % 60:02d}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        hours, colon, minutes = str(value).partition(":")
        plain = f"{hours}{minutes}"
        if not colon or len(hours) != 2 or len(minutes) != 2 or not (plain.isascii() and plain.isdigit()):
            raise self.make_error("invalid")
        found = int(hours) * 60 + int(minutes)
        if int(minutes) > 59 or found > MINUTES:
            raise self.make_error("invalid")
        return found


class Day(fields.Field[date]):
    """A day of the shop: `2026-12-05`; empty is none."""

    default_error_messages = {"invalid": N_("请填日期，例如 2026-12-05")}

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"]) from None
        if not 2000 <= day.year <= 2200:
            raise ValidationError(self.error_messages["invalid"])
        return day


class PublicCode(Optional):
    """A word that members type; capitals, whatever was typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:  # type: ignore[override]
        typed = super()._deserialize(value, attr, data, **kwargs)
        return _CODE(typed.upper()) if typed else None


def _ids() -> fields.List[int]:
    return fields.List(Identifier(), load_default=list, validate=validate.Length(max=500))


class ScopeIn(Schema):
    """What a coupon holds for; empty lists mean all. Monday is 0; `to` is excluded."""

    products = _ids()
    categories = _ids()
    stores = _ids()
    tiers = _ids()
    weekdays = fields.List(Whole(least=0, most=6), load_default=list, validate=validate.Length(max=7))
    channels = fields.List(
        Text(validate=validate.OneOf(CHANNELS, error=N_("请从列表里选"))),
        load_default=list,
        validate=validate.Length(max=2),
    )
    from_minute = Minute(data_key="from", load_default=0)
    to_minute = Minute(data_key="to", load_default=MINUTES)


class TemplateIn(Schema):
    """A template as a person or program writes it. `pays` is per mille: 800 is 8折."""

    name = Text(required=True, validate=validate.Length(1, 30, error=N_("最多 30 个字")))
    kind = Text(required=True, validate=_KINDS)
    value = Money(load_default=0, most=10_000_000)
    pays = Whole(load_default=1000, least=0, most=1000)
    cap = Money(load_default=None, allow_none=True, least=1, most=10_000_000)
    threshold = Money(load_default=0, most=10_000_000)
    scope = Complete(ScopeIn, load_default=lambda: ScopeIn().load({}))
    stack_group = Text(load_default="", validate=validate.Length(max=20, error=N_("最多 20 个字")))
    exclusive = fields.Boolean(load_default=False)
    combines_with = fields.List(
        Text(validate=validate.Length(1, 20)), load_default=None, allow_none=True, validate=validate.Length(max=20)
    )
    with_tier = fields.Boolean(load_default=True)
    with_points = fields.Boolean(load_default=True)
    starts_on = Day(load_default=None, allow_none=True)
    ends_on = Day(load_default=None, allow_none=True)
    valid_days = Whole(load_default=None, allow_none=True, least=1, most=3650)
    starts_after = Whole(load_default=0, least=0, most=365)
    stock = Whole(load_default=None, allow_none=True, least=1, most=10_000_000)
    per_member = Whole(load_default=None, allow_none=True, least=1, most=1000)
    per_day = Whole(load_default=None, allow_none=True, least=1, most=1_000_000)
    transferable = fields.Boolean(load_default=False)
    claimable = fields.Boolean(load_default=False)
    public_code = PublicCode(load_default=None, allow_none=True)
    welcome = fields.Boolean(load_default=False)
    how_to = Text(load_default="", validate=validate.Length(max=300, error=N_("最多 300 个字")))
    undo_minutes = Whole(load_default=30, least=0, most=1440)
    cost = Money(load_default=None, allow_none=True, most=10_000_000)


class TemplateOut(Schema):
    """A template as the API shows it; `issued` counts what was given out.

    `public_code` and `cost` are there for who may change templates; for others they are left out.
    """

    id = Identifier()
    name = fields.String()
    kind = fields.String()
    value = Money()
    pays = fields.Integer()
    cap = Money(allow_none=True)
    threshold = Money()
    scope = fields.Nested(ScopeIn)
    stack_group = fields.String()
    exclusive = fields.Boolean()
    combines_with = fields.List(fields.String(), allow_none=True)
    with_tier = fields.Boolean()
    with_points = fields.Boolean()
    starts_on = Day(allow_none=True)
    ends_on = Day(allow_none=True)
    valid_days = fields.Integer(allow_none=True)
    starts_after = fields.Integer()
    stock = fields.Integer(allow_none=True)
    per_member = fields.Integer(allow_none=True)
    per_day = fields.Integer(allow_none=True)
    transferable = fields.Boolean()
    claimable = fields.Boolean()
    public_code = fields.String(allow_none=True)
    welcome = fields.Boolean()
    how_to = fields.String()
    undo_minutes = fields.Integer()
    cost = Money(allow_none=True)
    issued = fields.Integer()
    paused = fields.Function(lambda template: template.paused_at is not None)
    archived = fields.Function(lambda template: template.archived_at is not None)


class TemplateSeen(TemplateOut):
    """A template for who gives coupons out and takes them: not what it costs, nor the word that gives one to anybody."""

    class Meta:
        """What is left out."""

        exclude = ("public_code", "cost")


class IssueIn(Schema):
    """A coupon for one member: of a template by hand, with a reason, or by a public code."""

    template = Identifier(load_default=None, allow_none=True, attribute="template_id")
    public_code = Text(load_default="", validate=validate.Length(max=20))
    reason = Text(load_default="", validate=validate.Length(max=100, error=N_("最多 100 个字")))


class CouponClaimIn(Schema):
    """What a member takes: a template of the claim page, or one by its public code."""

    template = Identifier(load_default=None, allow_none=True, attribute="template_id")
    public_code = Text(load_default="", validate=validate.Length(max=20))


class RevocationIn(Schema):
    """Why a coupon is withdrawn."""

    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("最多 100 个字")))


class CouponOut(Schema):
    """A coupon as its holder and programs see it. `state` is usable, not_started, reserved, redeemed, expired or revoked."""

    id = Identifier()
    code = fields.String(allow_none=True)
    template = Identifier(attribute="template_id")
    member = Identifier(attribute="member_id", allow_none=True)
    name = fields.String()
    kind = fields.String(attribute="terms.kind")
    state = fields.String()
    source = fields.String()
    starts_at = Moment(allow_none=True)
    expires_at = Moment(allow_none=True)
    issued_at = Moment()
    redeemed_at = Moment(allow_none=True)
    order = Identifier(attribute="order_id", allow_none=True)
    saved = Money()
    transferable = fields.Boolean()
    how_to = fields.String()


class RedemptionOut(Schema):
    """A redemption of a coupon by itself; DELETE its address to undo it while `until`."""

    id = Identifier()
    coupon = Identifier(attribute="coupon_id")
    store = Identifier(attribute="store_id")
    saved = Money()
    at = Moment()
    until = Moment()
