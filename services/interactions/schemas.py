"""What comes in and goes out."""

from marshmallow import Schema, fields, validate

from services.interactions.rules import KINDS
from services.shared.fields import Identifier, Moment, Text
from services.shared.words import N_


class InteractionIn(Schema):
    """An interaction as staff write it down; `at` where it was not just now."""

    kind = Text(required=True, validate=validate.OneOf(tuple(KINDS), error=N_("请从列表里选")))
    words = Text(required=True, validate=validate.Length(max=1000))
    at = Moment(load_default=None, allow_none=True)
    store = Identifier(load_default=None, allow_none=True, attribute="store_id")


class InteractionOut(Schema):
    """An interaction. `staff`: who wrote it down; None for a program."""

    id = Identifier()
    kind = fields.String()
    words = fields.String()
    at = Moment()
    store = Identifier(attribute="store_id", allow_none=True)
    staff = Identifier(attribute="staff_id", allow_none=True)
    staff_name = fields.String()
