"""What comes in and goes out about segments and tags. Trees are read by services/segments/rules/trees.py, which knows every kind."""

from marshmallow import Schema, fields, validate

from services.segments.rules.presets import COLOURS
from services.shared.fields import Identifier, Moment, Money, Text
from services.shared.words import N_

_NAME = validate.Length(1, 20, error=N_("最多 20 个字"))


class SegmentIn(Schema):
    """A segment as somebody writes it."""

    name = Text(required=True, validate=_NAME)
    note = Text(load_default="", validate=validate.Length(max=100, error=N_("最多 100 个字")))
    conditions = fields.Raw(required=True)


class PreviewIn(Schema):
    """Conditions to be tried; `overlap` is a saved segment to compare with."""

    conditions = fields.Raw(required=True)
    overlap = Identifier(load_default=None, allow_none=True)


class TagIn(Schema):
    """A tag; with a `rule` (a tree of conditions) members get it by themselves."""

    name = Text(required=True, validate=_NAME)
    colour = Text(load_default="brand", validate=validate.OneOf(tuple(COLOURS), error=N_("请从列表里选")))
    grouping = Text(data_key="group", load_default="", validate=validate.Length(max=20, error=N_("最多 20 个字")))
    rule = fields.Raw(load_default=None, allow_none=True)


class WornIn(Schema):
    """Which tag is put on."""

    tag = Identifier(required=True)


class SegmentOut(Schema):
    """A segment as the API shows it."""

    id = Identifier()
    name = fields.String()
    note = fields.String()
    conditions = fields.Raw()
    changed_at = Moment()
    archived = fields.Boolean()


class TagOut(Schema):
    """A tag as the API shows it."""

    id = Identifier()
    name = fields.String()
    colour = fields.String()
    group = fields.String(attribute="grouping")
    rule = fields.Raw(allow_none=True)
    archived = fields.Boolean()


class WornOut(Schema):
    """A tag of a member: since when, and whether its rule gave it."""

    tag = Identifier(attribute="id")
    name = fields.String(attribute="tag.name")
    colour = fields.String(attribute="tag.colour")
    group = fields.String(attribute="tag.grouping")
    by = fields.String(attribute="actor_kind")
    added_at = Moment()


class LikedOut(Schema):
    """A product that a member bought, and how many pieces of it."""

    id = Identifier()
    name = fields.String()
    pieces = fields.Integer()


class LikedCategoryOut(Schema):
    """The category that a member bought most of."""

    id = Identifier()
    name = fields.String()


class HabitsOut(Schema):
    """What a member's purchases say of them. `visits` are days on which they bought, `rhythm` the days between two on average; `weekday` 0
    is Monday, `hour` is the shop's; `..._year`: of the last 365 days; `average` is per order."""

    orders = fields.Integer()
    spent = Money()
    average = Money(allow_none=True)
    orders_year = fields.Integer()
    spent_year = Money()
    average_year = Money(allow_none=True)
    first_order_at = Moment(allow_none=True)
    last_order_at = Moment(allow_none=True)
    visits = fields.Integer()
    rhythm = fields.Integer(allow_none=True)
    weekday = fields.Integer(allow_none=True)
    hour = fields.Integer(allow_none=True)
    category = fields.Nested(LikedCategoryOut, allow_none=True)
    products = fields.List(fields.Nested(LikedOut))
