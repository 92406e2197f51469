"""What comes in and goes out about members. One schema reads form, JSON and spreadsheet row.

A birthday is one thing: `{"calendar", "month", "day", "year", "leap"}` in JSON, `birthday_month` and so on in a form.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from services.fields.schemas import ValuesMixin
from services.members.rules import birthdays, phones
from services.members.rules.birthdays import NO_BIRTHDAY, Birthday
from services.shared.fields import Complete, Identifier, Moment, Money, Text, Whole
from services.shared.words import N_

GENDERS = ("female", "male", "unknown")
GENDER_WORDS = {"female": N_("女"), "male": N_("男"), "unknown": N_("不说")}
# The sources every shop starts with; what an owner adds to the setting is shown as it was written.
SOURCE_WORDS = {
    "walk_in": N_("到店"),
    "online": N_("线上"),
    "friend": N_("朋友推荐"),
    "campaign": N_("活动"),
    "import": N_("导入"),
}
_PARTS = ("calendar", "month", "day", "year", "leap")


class Phone(fields.Field[str]):
    """E.164 inside and outside; reads whatever people type."""

    default_error_messages = {"invalid": N_("请填手机号，例如 138 0013 8000；国外号码以 + 开头")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise self.make_error("invalid")
        if not str(value).strip():
            raise self.make_error("required")
        try:
            return phones.read_phone(str(value))
        except ValueError:
            raise self.make_error("invalid") from None


class BirthdayIn(Schema):
    """A birthday as someone tells it; the year may be kept back."""

    class Meta:
        """Programs may send more than we know."""

        unknown = EXCLUDE

    error_messages = {"type": N_("请填月和日")}

    calendar = Text(load_default="solar", validate=validate.OneOf(birthdays.CALENDARS, error=N_("请选公历或农历")))
    month = Whole(least=1, most=12, required=True, error_messages={"range": N_("月份是 1 到 12")})
    day = Whole(least=1, most=31, required=True, error_messages={"range": N_("日子是 1 到 31")})
    year = Whole(
        least=birthdays.FIRST_YEAR,
        most=2200,
        load_default=None,
        allow_none=True,
        error_messages={"range": N_("年份写四位，例如 1993")},
    )
    leap = fields.Boolean(load_default=False)

    @pre_load
    def _without_blanks(self, data: Any, **_kwargs: Any) -> Any:
        return {name: value for name, value in data.items() if value != ""} if isinstance(data, Mapping) else data

    @validates_schema(skip_on_field_errors=True)
    def _exists(self, data: dict[str, Any], **_kwargs: Any) -> None:
        wrong = birthdays.mistakes(Birthday(**data))
        if wrong:
            raise ValidationError({name: list(words) for name, words in wrong.items()})


class MemberIn(ValuesMixin):
    """A member as a person or program writes one. Only the phone is needed; `consent` says that the privacy notice was agreed to,
    `marketing` that messages about offers were: each a tick of its own."""

    phone = Phone(required=True)
    name = Text(load_default="", validate=validate.Length(max=40))
    gender = Text(load_default="unknown", validate=validate.OneOf(GENDERS, error=N_("请从列表里选")))
    birthday = Complete(BirthdayIn, load_default=None, allow_none=True)
    wechat_id = Text(load_default="", validate=validate.Length(max=40))
    source = Text(load_default="", validate=validate.Length(max=40))
    store = Identifier(load_default=None, allow_none=True, attribute="store_id")
    note = Text(load_default="", validate=validate.Length(max=500))
    consent = fields.Boolean(load_default=False)
    marketing = fields.Boolean(load_default=False)

    @pre_load
    def _gather(self, data: Any, **_kwargs: Any) -> Any:
        """Blank choices mean nothing chosen; the flat fields of a form become one birthday."""
        if not isinstance(data, Mapping):
            return data
        gathered = {name: value for name, value in data.items() if not (name in {"gender", "store"} and value == "")}
        if "birthday_month" in data:
            parts = {name: data.get(f"birthday_{name}", "") for name in _PARTS}
            told = any(parts[name] for name in ("month", "day", "year"))
            gathered["birthday"] = parts if told else None
        return gathered

    @post_load
    def _spread(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """The birthday as the columns of a member."""
        if "birthday" in data:
            told = data.pop("birthday")
            data |= Birthday(**told).columns() if told else NO_BIRTHDAY
        return data


class ChangedMemberIn(MemberIn):
    """What staff and programs may change of a member; consent has its own way."""

    class Meta:
        """All but consent."""

        exclude = ("consent", "marketing")


class ChangedUnseenIn(ChangedMemberIn):
    """The same from a form that does not ask for the phone: without one, it stays."""

    phone = Phone()

    @pre_load
    def _leave_phone(self, data: Any, **_kwargs: Any) -> Any:
        return {name: value for name, value in data.items() if name != "phone" or str(value).strip()}


PROFILE = ("name", "gender", "birthday", "wechat_id", "values")


class ProfileIn(MemberIn):
    """What a member may change about themselves."""

    class Meta:
        """Only these."""

        fields = PROFILE


class RegistrationIn(MemberIn):
    """What someone fills in on a registration page; the notice must be agreed to."""

    class Meta:
        """Only these."""

        fields = ("phone", "name", "gender", "birthday", "consent", "marketing")

    @validates_schema
    def _agreed(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data.get("consent"):
            raise ValidationError({"consent": [N_("要先同意，才能开卡")]})


class RegistrationLinkIn(Schema):
    """A registration link: where it hangs and which source it stands for."""

    label = Text(required=True, validate=validate.Length(1, 24))
    store = Identifier(required=True, attribute="store_id")
    source = Text(required=True, validate=validate.Length(1, 40))


class BirthdayOut(Schema):
    """A birthday as it was told."""

    calendar = fields.String()
    month = fields.Integer()
    day = fields.Integer()
    year = fields.Integer(allow_none=True)
    leap = fields.Boolean()


class WalletOut(Schema):
    """Stored value; nothing is stored yet in this version."""

    principal = Money(dump_default=0)
    bonus = Money(dump_default=0)


class MemberOut(Schema):
    """A member as the API shows one (api.md)."""

    id = Identifier()
    number = fields.String()
    phone = fields.String(allow_none=True)
    phone_lost_at = Moment(allow_none=True)
    name = fields.String()
    gender = fields.String()
    birthday = fields.Nested(BirthdayOut, allow_none=True)
    wechat_id = fields.String()
    source = fields.String()
    store = Identifier(attribute="store_id", allow_none=True)
    note = fields.String()
    tier = fields.String(allow_none=True, dump_default=None)
    points = fields.Integer()
    wallet = fields.Nested(WalletOut, dump_default={"principal": 0, "bonus": 0})
    orders = fields.Integer()
    spent = Money()
    last_order_at = Moment(allow_none=True)
    joined_at = Moment()
    archived = fields.Boolean()
    values = fields.Dict(keys=fields.String(), data_key="fields", attribute="answers")
