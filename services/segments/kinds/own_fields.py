"""The shop's own fields about members (services/fields) as kinds: one for each, named `field.<key>`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from services.fields.models import FieldValue
from services.fields.permissions import FIELDS_READ_PRIVATE
from services.fields.queries import FieldCard
from services.members.permissions import MEMBERS_READ
from services.segments.kinds.kind import Among, Kind, Scene, Test, Values, within
from services.segments.rules.parameters import AT_LEAST, AT_MOST, IS, ONE_OF, Between, Chosen, Parameter, Written, Yes
from services.shared.words import N_

PREFIX = "field."
Asked = tuple[str, tuple[Parameter, ...]]  # the sentence, and what is asked


def kind_of(field: FieldCard) -> Kind | None:
    """The kind that asks this field; None for one that nothing can be asked of (a photo)."""
    asked = _asked(field)
    if asked is None:
        return None
    words, parameters = asked
    permission = FIELDS_READ_PRIVATE if field.seen_by == "private" else MEMBERS_READ
    labels = {"zh": field.label("zh"), "en": field.label("en")}
    return Kind(
        f"{PREFIX}{field.key}", "own", "", words, parameters, _test(field), permission, labels, offered=not field.archived
    )  # fmt: skip


def _asked(field: FieldCard) -> Asked | None:
    words: Mapping[str, str] = {each["key"]: field.choice(each["key"], "zh") for each in field.choices}
    english = {each["key"]: field.choice(each["key"], "en") for each in field.choices}
    asked: dict[str, Asked] = {
        "text": (N_("%(field)s里写着「%(is)s」"), (Written(),)),
        "phone": (N_("%(field)s里写着「%(is)s」"), (Written(),)),
        "number": (N_("%(field)s%(range)s"), (Between("number"),)),
        "money": (N_("%(field)s%(range)s"), (Between("money"),)),
        "date": (N_("%(field)s是%(range)s前"), (Between("days"),)),
        "choice": (N_("%(field)s是%(which)s"), (Chosen("choice", words, english=english),)),
        "choices": (N_("%(field)s有%(which)s"), (Chosen("choice", words, english=english),)),
        "yes_no": (N_("%(field)s：是"), (Yes(N_("%(field)s：否")),)),
    }
    return asked.get(field.kind)


def _days_back(values: Values, scene: Scene) -> ColumnElement[bool]:
    least, most = values.get(AT_LEAST, 0), values.get(AT_MOST)
    ends = [FieldValue.day <= scene.today - timedelta(days=least)]
    return and_(*ends, *([] if most is None else [FieldValue.day >= scene.today - timedelta(days=most)]))


def _test(field: FieldCard) -> Any:
    rows = select(FieldValue.subject_id).where(FieldValue.field_id == field.id)

    def test(values: Values, scene: Scene) -> Test:
        match field.kind:
            case "text" | "phone":
                return Among(rows.where(FieldValue.words.icontains(values[IS], autoescape=True)))
            case "number" | "money":
                return Among(rows.where(within(FieldValue.number, values)))
            case "date":
                return Among(rows.where(_days_back(values, scene)))
            case "yes_no":
                return Among(rows.where(FieldValue.number == int(values[IS])))
        return Among(rows.where(FieldValue.words.in_(values[ONE_OF])))

    return test
