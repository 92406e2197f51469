"""What comes in and goes out about codes by SMS."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.members.schemas import Phone
from services.shared.fields import Identifier, Moment, Money, Text, Whole
from services.shared.words import N_
from services.sms.rules import PROVIDERS, REGIONS


def _fits(pattern: str, words: str) -> validate.Regexp:
    return validate.Regexp(rf"{pattern}\Z", error=words)


class ContractIn(Schema):
    """The contract as its owner writes it. An empty `secret` leaves the stored one as it is; nobody gets it out again."""

    provider = fields.String(required=True, validate=validate.OneOf(PROVIDERS, error=N_("请从列表里选")))
    active = fields.Boolean(load_default=False)
    key_id = Text(required=True, validate=_fits(r"[A-Za-z0-9]{8,128}", N_("只有字母和数字，从控制台复制")))
    secret = Text(load_default="", validate=_fits(r"[!-~]{0,128}", N_("只有字母和数字，从控制台复制")))
    sign_name = Text(required=True, validate=validate.Length(1, 40, error=N_("最多 40 个字")))
    template = Text(required=True, validate=_fits(r"[A-Za-z0-9_]{1,40}", N_("例如 SMS_154950909 或 1110")))
    app_id = Text(load_default="", validate=_fits(r"\d{0,20}", N_("只有数字，例如 1400006666")))
    region = fields.String(load_default=REGIONS[0], validate=validate.OneOf(REGIONS, error=N_("请从列表里选")))
    with_minutes = fields.Boolean(load_default=False)
    price = Money(load_default=5, least=1, most=1000)
    day_most = Whole(load_default=200, least=1, most=100_000)
    month_most = Whole(load_default=3000, least=1, most=1_000_000)


class ContractOut(Schema):
    """The contract as programs see it: without its secret. The counts are messages of today and this month."""

    provider = fields.String()
    active = fields.Boolean()
    key_id = fields.String()
    has_secret = fields.Constant(True)
    sign_name = fields.String()
    template = fields.String()
    app_id = fields.String()
    region = fields.String()
    with_minutes = fields.Boolean()
    price = Money()
    day_most = fields.Integer()
    month_most = fields.Integer()


class SpentOut(Schema):
    """What today and this month have used of their budgets, in messages, and what that is in money."""

    day_count = fields.Integer()
    day_cost = Money()
    month_count = fields.Integer()
    month_cost = Money()


class SmsOut(Schema):
    """The contract (null without one) and what it has cost so far."""

    contract = fields.Nested(ContractOut, allow_none=True)
    spent = fields.Nested(SpentOut)


class SmsTestIn(Schema):
    """The phone a test goes to."""

    phone = Phone(required=True)


class SmsMessageOut(Schema):
    """One message: never the code, of the phone only its last four digits; `reason` is the provider's code."""

    id = Identifier()
    member = fields.Function(lambda row: None if row.member_id is None else str(row.member_id))
    purpose = fields.String()
    state = fields.String()
    reason = fields.String(allow_none=True)
    ending = fields.String()
    provider = fields.String(allow_none=True)
    attempts = fields.Integer()
    created_at = Moment()
    ended_at = Moment(allow_none=True)


FIELDS: tuple[str, ...] = tuple(name for name in ContractIn().fields if name != "secret")


def values_of(contract: Any) -> dict[str, Any]:
    """The contract's plain values by field, without the secret."""
    return {name: getattr(contract, name) for name in FIELDS}
