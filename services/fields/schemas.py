"""What comes in and goes out about own fields. One schema reads form and JSON."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, pre_load, validate

from services.fields import rules
from services.shared.fields import Complete, Identifier, Text
from services.shared.words import N_

_LIST = N_("请从列表里选")
_KEY = validate.Regexp(r"([a-z][a-z0-9_]{0,39})?\Z", error=N_("小写字母开头，小写字母、数字和下划线，最多 40 位"))
_PREFIX = "fields."
SEEN_BY = ("staff", "private")
OFFERED = tuple(kind for kind in rules.KINDS if kind != "photo")  # there is no way to send a photo yet


class FieldChoiceIn(Schema):
    """One choice. The key is made from the words where none is told, and stays."""

    class Meta:
        """Programs may send more than we know."""

        unknown = EXCLUDE

    key = Text(load_default="", validate=_KEY)
    zh = Text(required=True, validate=validate.Length(1, 30, error=N_("最多 30 个字")))
    en = Text(load_default="", validate=validate.Length(max=60, error=N_("最多 60 个字")))
    archived = fields.Boolean(load_default=False)


class FieldIn(Schema):
    """A field as an owner or a program writes it."""

    subject = Text(required=True, validate=validate.OneOf(rules.SUBJECTS, error=_LIST))
    kind = Text(required=True, validate=validate.OneOf(OFFERED, error=_LIST))
    key = Text(load_default="", validate=_KEY)
    label_zh = Text(required=True, validate=validate.Length(1, 20, error=N_("最多 20 个字")))
    label_en = Text(load_default="", validate=validate.Length(max=40, error=N_("最多 40 个字")))
    help = Text(load_default="", validate=validate.Length(max=80, error=N_("最多 80 个字")))
    required = fields.Boolean(load_default=False)
    choices = fields.List(
        Complete(FieldChoiceIn), load_default=list, validate=validate.Length(max=60, error=N_("最多 60 个选项"))
    )
    shown_form = fields.Boolean(load_default=True)
    shown_counter = fields.Boolean(load_default=False)
    shown_member = fields.Boolean(load_default=False)
    seen_by = Text(load_default="staff", validate=validate.OneOf(SEEN_BY, error=_LIST))
    searchable = fields.Boolean(load_default=False)

    @pre_load
    def _without_choices(self, data: Any, **_kwargs: Any) -> Any:
        """What is not chosen from has no choices."""
        if isinstance(data, Mapping) and data.get("kind") in set(rules.KINDS) - set(rules.CHOOSING):
            return {**data, "choices": []}
        return data


class FieldChoiceOut(Schema):
    """One choice; `archived` ones are chosen no more."""

    key = fields.String()
    zh = fields.String()
    en = fields.String()
    archived = fields.Boolean()


class FieldOut(Schema):
    """A field as the API shows it."""

    id = Identifier()
    subject = fields.String()
    kind = fields.String()
    key = fields.String()
    label_zh = fields.String()
    label_en = fields.String()
    help = fields.String()
    required = fields.Boolean()
    choices = fields.List(fields.Nested(FieldChoiceOut))
    shown_form = fields.Boolean()
    shown_counter = fields.Boolean()
    shown_member = fields.Boolean()
    seen_by = fields.String()
    searchable = fields.Boolean()
    archived = fields.Boolean()


class ValuesMixin(Schema):
    """Answers to own fields beside what a thing has anyway: `{"fields": {key: value}}` in JSON, `fields.<key>` in a form. What they may be
    is known to services/fields alone."""

    values = fields.Dict(keys=fields.String(), data_key="fields", attribute="fields", load_default=dict)

    @pre_load
    def _gather_values(self, data: Any, **_kwargs: Any) -> Any:
        """The flat names of a form become one object; no answers are as good as none sent."""
        if not isinstance(data, Mapping):
            return data
        flat = {name.removeprefix(_PREFIX): value for name, value in data.items() if name.startswith(_PREFIX)}
        if flat:
            return {**data, "fields": flat}
        return {name: value for name, value in data.items() if not (name == "fields" and value is None)}


class ValuesIn(ValuesMixin):
    """Answers alone."""
