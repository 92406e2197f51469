"""What comes in and goes out about families. One schema reads form, JSON and spreadsheet row."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from services.family.rules import vaccinations
from services.fields.schemas import ValuesMixin
from services.shared.fields import Day, Identifier, Moment, Text, Whole
from services.shared.words import N_

SEXES = {"girl": N_("女孩"), "boy": N_("男孩"), "unknown": N_("不说")}
CALENDARS = {"": N_("按店里的习惯"), "solar": N_("公历"), "lunar": N_("农历")}
_LIST = N_("请从列表里选")


class ChildIn(ValuesMixin):
    """A child as a guardian tells it; only the day of birth is needed. `children_consent` notes the guardian's consent,
    `health_consent` the one that allergies need."""

    name = Text(load_default="", validate=validate.Length(max=20))
    sex = Text(load_default="unknown", validate=validate.OneOf(tuple(SEXES), error=_LIST))
    born_on = Day(required=True, error_messages={"null": N_("请填写")})
    calendar = Text(
        load_default="", allow_none=True, validate=validate.OneOf(("", "solar", "lunar", None), error=_LIST)
    )
    allergies = Text(load_default="", validate=validate.Length(max=100))
    children_consent = fields.Boolean(load_default=False)
    health_consent = fields.Boolean(load_default=False)

    @validates_schema
    def _born(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "born_on" in data and data["born_on"] is None:
            raise ValidationError({"born_on": [N_("请填写")]})

    @post_load
    def _spread(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        if "calendar" in data:
            data["calendar"] = data["calendar"] or None
        return data


class ChildChange(ChildIn):
    """Any of the fields of a child."""


class PregnancyIn(Schema):
    """A pregnancy; without a due date it is the wish for one (备孕)."""

    due_on = Day(load_default=None, allow_none=True)
    health_consent = fields.Boolean(load_default=False)


class BirthIn(Schema):
    """The child is there: everything but the day may be told later."""

    name = Text(load_default="", validate=validate.Length(max=20))
    sex = Text(load_default="unknown", validate=validate.OneOf(tuple(SEXES), error=_LIST))
    born_on = Day(load_default=None, allow_none=True)
    children_consent = fields.Boolean(load_default=False)


class DoseIn(Schema):
    """What is said of a dose: done, not needed, or (open) nothing any more."""

    state = Text(required=True, validate=validate.OneOf((*vaccinations.TOLD, "open"), error=_LIST))
    given_on = Day(load_default=None, allow_none=True)


class ToldDoseIn(DoseIn):
    """The same in a form that asks which dose (`code` of the plan)."""

    code = Text(required=True, validate=validate.Length(min=1, max=16, error=N_("请从列表里选")))


class AgeOut(Schema):
    """Completed years, months beyond them, days beyond those; `months` and `days` count from birth."""

    years = fields.Integer()
    months_over = fields.Integer()
    days_over = fields.Integer()
    months = fields.Integer()
    days = fields.Integer()


class OccurrenceOut(Schema):
    """A milestone or birthday: full_moon, hundred_days, first_birthday, birthday (`number`: which)."""

    kind = fields.String()
    number = fields.Integer()
    day = fields.Date()


class DoseOut(Schema):
    """One dose of a child's plan. `due`: from that day on; `finish`: before that day."""

    code = fields.String(attribute="dose.code")
    name = fields.Dict(keys=fields.String(), values=fields.String(), attribute="dose.name")
    number = fields.Integer(attribute="dose.number")
    state = fields.String()
    due = fields.Date(allow_none=True)
    finish = fields.Date(allow_none=True)
    given_on = fields.Date(allow_none=True)


class ChildOut(Schema):
    """A child. Where it is `masked`, the name is cut and of the day of birth only year and month are told."""

    id = Identifier()
    masked = fields.Boolean()
    name = fields.String(attribute="shown_name")
    sex = fields.String()
    born_month = fields.String()
    born_on = fields.Date(allow_none=True)
    calendar = fields.String(allow_none=True)
    allergies = fields.String()
    quiet = fields.Boolean()
    age = fields.Nested(AgeOut, allow_none=True)
    next = fields.Nested(OccurrenceOut, attribute="coming", allow_none=True)
    answers = fields.Dict(data_key="fields")
    doses = fields.List(fields.Nested(DoseOut), allow_none=True)


class PregnancyOut(Schema):
    """A pregnancy. `stage`: preparing, early, mid, late, to_confirm, born, stopped. Where it is `masked`, dates and weeks are not told."""

    id = Identifier()
    masked = fields.Boolean()
    stage = fields.String()
    due_on = fields.Date(allow_none=True)
    week = fields.Integer(attribute="gestation.week", allow_none=True)
    day = fields.Integer(attribute="gestation.day", allow_none=True)


class FamilyOut(Schema):
    """A family as far as consent allows: `children_consent` and `health_consent` say whether there is one."""

    children_consent = fields.Boolean()
    health_consent = fields.Boolean()
    postpartum = fields.Boolean()
    children = fields.List(fields.Nested(ChildOut))
    pregnancies = fields.List(fields.Nested(PregnancyOut))


class InBoth(fields.Dict):
    """The same words in Chinese and English; English may be missing."""

    def __init__(self, *, most: int, **more: Any) -> None:
        keys = Text(validate=validate.OneOf(("zh", "en")))
        super().__init__(keys=keys, values=Text(validate=validate.Length(max=most)), **more)


class PlanDose(Schema):
    """One dose of the plan, as rules/vaccinations.py describes it; the same in and out."""

    code = Text(required=True, validate=validate.Regexp(r"^[A-Z0-9-]{2,16}\Z", error=N_("用大写字母、数字和横线")))
    name = InBoth(most=40, required=True)
    number = Whole(least=1, most=20, required=True)
    months = Whole(least=0, most=240, required=True)
    finish_months = Whole(least=1, most=240, load_default=None, allow_none=True)
    after = Text(load_default="", validate=validate.Length(max=16))
    after_months = Whole(least=0, most=60, load_default=0)
    sex = Text(load_default="", validate=validate.OneOf(("", "girl", "boy"), error=_LIST))
    born_from = Day(load_default=None, allow_none=True)
    born_before = Day(load_default=None, allow_none=True)
    by_clinic = fields.Boolean(load_default=False)
    at_birth = fields.Boolean(load_default=False)
    optional = fields.Boolean(load_default=False)
    note = InBoth(most=120, load_default=dict)

    @validates_schema(skip_on_field_errors=True)
    def _makes_sense(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "name" in data and not data["name"].get("zh"):
            raise ValidationError({"name": [N_("请填写")]})
        finish = data.get("finish_months")
        if finish is not None and "months" in data and finish <= data["months"]:
            raise ValidationError({"finish_months": [N_("要比开始的月龄大")]})


class PlanDoseForm(PlanDose):
    """The same as a form sends it: `name_zh`, `name_en`, `note_zh`, `note_en`; what is empty is left out."""

    @pre_load
    def _gather(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        told = {name: value for name, value in data.items() if value != ""}
        for name in ("name", "note"):
            told[name] = {key: told[f"{name}_{key}"] for key in ("zh", "en") if f"{name}_{key}" in told}
        return told


class VaccinationPlanIn(Schema):
    """The whole plan, to be published as its next version. `over`: the version that was changed."""

    source = Text(required=True, validate=validate.Length(1, 200))
    with_optional = fields.Boolean(load_default=False)
    over = Text(load_default="", validate=validate.Length(max=20))
    doses = fields.List(fields.Nested(PlanDose), required=True, validate=validate.Length(1, 120))


class VaccinationPlanOut(Schema):
    """The plan as it holds, or as it held in an earlier version."""

    version = fields.String()
    source = fields.String()
    with_optional = fields.Boolean()
    published_at = Moment(allow_none=True)
    doses = fields.List(fields.Nested(PlanDose))
