"""What comes in and goes out when a member is asked to agree to a spending (api.md)."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.shared.fields import Identifier, Moment, Money, Text
from services.shared.words import N_
from services.signin.queries import Proof
from services.signin.rules import is_easy_pin

_PROOF = re.compile(r"([sp])_(\d{1,18})")
WAYS = ("app", "code", "pin", "override", "holder")
_EASY = {"123456", "654321", "012345", "111222", "112233", "123123", "121212", "520520", "520131"}


def _is_hard(pin: str) -> None:
    if pin in _EASY or len(set(pin)) == 1:
        raise ValidationError(N_("这个太好猜了，换一个"))


class PasskeyNameIn(Schema):
    """What its owner calls a passkey."""

    name = Text(
        required=True,
        validate=[
            validate.Length(min=1, error=N_("起个名字，好认是哪台设备")),
            validate.Length(max=40, error=N_("最多 40 个字")),
        ],
    )


class PasskeyOut(Schema):
    """A passkey; `synced` when it lives in more than one device of its owner."""

    id = Identifier()
    name = fields.String()
    synced = fields.Boolean()
    created_at = Moment()
    used_at = Moment(allow_none=True)


class ProofId(fields.Field[Proof]):
    """What proves that the member agrees: the id of a scan (`s_42`) or of a confirmation (`p_7`)."""

    default_error_messages = {"invalid": N_("请重新扫会员码")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Proof:
        found = _PROOF.fullmatch(value) if isinstance(value, str) and value.isascii() else None
        if found is None:
            raise self.make_error("invalid")
        return Proof("scan" if found[1] == "s" else "proof", int(found[2]))


class ProofIn(Schema):
    """Who is asked, how, and up to how much may be spent.

    `app` asks in the member app, `code` sends a one-time code, `pin` is what the member typed, on top of `proof` (a fresh scan, or a code
    that the member said), `override` needs its reason. `holder` asks, in the app, who shares their account with the member.
    """

    member = Identifier(required=True, attribute="member_id")
    store = Identifier(required=True, attribute="store_id")
    way = fields.String(required=True, validate=validate.OneOf(WAYS, error=N_("没有这种确认方式")))
    amount = Money(required=True, least=1, attribute="most")
    proof = ProofId(load_default=None, allow_none=True, attribute="base")
    pin = Text(load_default="", validate=validate.Regexp(r"^(\d{6})?$", error=N_("请输入 6 位数字")))
    reason = Text(load_default="", validate=validate.Length(max=100, error=N_("最多 100 个字")))

    @validates_schema
    def _has_reason(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("way") == "override" and not data.get("reason"):
            raise ValidationError(N_("请写下原因"), "reason")
        if data.get("way") == "pin" and not data.get("pin"):
            raise ValidationError(N_("请输入 6 位数字"), "pin")
        if data.get("way") == "pin" and data.get("base") is None:
            raise ValidationError(N_("请先扫会员码，再让会员输支付密码"), "proof")


class ProofOut(Schema):
    """A proof that was asked for: `state` is asked, confirmed, declined, expired or used."""

    id = fields.Function(lambda proof: f"p_{proof.id}")
    member = Identifier(attribute="member_id")
    store = Identifier(attribute="store_id")
    way = fields.String()
    state = fields.String()
    amount = Money(attribute="most")
    expires_at = Moment()


class ProofCodeIn(Schema):
    """The six digits that the member says."""

    code = Text(required=True, validate=validate.Regexp(r"^\d{6}$", error=N_("请输入 6 位数字")))


class AnswerIn(Schema):
    """The member's answer."""

    agrees = fields.Boolean(required=True)


class PinIn(Schema):
    """A new wallet PIN, typed twice; `current` is the former one, where there is one."""

    current = Text(load_default="", validate=validate.Regexp(r"^(\d{6})?$", error=N_("请输入 6 位数字")))
    pin = Text(required=True, validate=[validate.Regexp(r"^\d{6}$", error=N_("请输入 6 位数字")), _is_hard])
    again = Text(required=True)

    @validates_schema
    def _is_the_same(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("pin") != data.get("again"):
            raise ValidationError(N_("两次不一样"), "again")


class DeviceName(Schema):
    """What a device of the shop is called."""

    name = Text(
        required=True,
        validate=[
            validate.Length(min=1, error=N_("起个名字，好认是哪台设备")),
            validate.Length(max=24, error=N_("最多 24 个字")),
        ],
    )


class DeviceCodeIn(DeviceName):
    """One more device: its name and its store."""

    store = Identifier(required=True, attribute="store_id")


class DeviceCodeOut(Schema):
    """The digits that enrol a device, told once."""

    digits = fields.String()
    expires_at = Moment()


class ShopDeviceOut(Schema):
    """A device of the shop that staff share."""

    id = Identifier()
    store = Identifier(attribute="store_id")
    name = fields.String()
    browser = fields.String()
    created_at = Moment()
    seen_at = Moment()


class EnrolIn(Schema):
    """The digits that a manager shows."""

    code = Text(required=True, validate=validate.Regexp(r"^[0-9]{4} ?[0-9]{4}$", error=N_("请输入 8 位数字")))


def _is_hard_pin(pin: str) -> None:
    if pin.isascii() and pin.isdigit() and is_easy_pin(pin):
        raise ValidationError(N_("这个太好猜了，换一个"))


class StaffPinIn(Schema):
    """A new PIN of staff, typed twice."""

    pin = Text(
        required=True, validate=[validate.Regexp(r"^[0-9]{4,6}$", error=N_("请输入 4 到 6 位数字")), _is_hard_pin]
    )
    again = Text(required=True)

    @validates_schema
    def _is_the_same(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("pin") != data.get("again"):
            raise ValidationError(N_("两次不一样"), "again")


class SwitchIn(Schema):
    """Who comes in on an enrolled device, and their PIN."""

    who = Identifier(required=True)
    pin = Text(required=True, validate=validate.Regexp(r"^[0-9]{4,6}$", error=N_("请输入 4 到 6 位数字")))
    next = Text(load_default="")
