"""What comes in and goes out about stores and settings."""

from marshmallow import Schema, fields, validate

from services.shared.fields import Identifier, Text
from services.shared.words import N_

_TIME = validate.Regexp(r"([01]\d|2[0-3]):[0-5]\d", error=N_("请填时间，例如 09:30"))


class StoreIn(Schema):
    """A store as a person or program writes it."""

    code = Text(
        required=True, validate=validate.Regexp(r"[A-Z][A-Z0-9]{0,3}", error=N_("大写字母开头，最多 4 位，例如 A1"))
    )
    name = Text(required=True, validate=validate.Length(1, 24))
    address = Text(load_default="", validate=validate.Length(max=120))
    phone = Text(load_default="", validate=validate.Length(max=40))
    opens = Text(load_default="09:00", validate=_TIME)
    closes = Text(load_default="21:30", validate=_TIME)
    sort = fields.Integer(load_default=0)


class StoreOut(Schema):
    """A store as the API shows it."""

    id = Identifier()
    code = fields.String()
    name = fields.String()
    address = fields.String()
    phone = fields.String()
    opens = fields.String()
    closes = fields.String()
    archived = fields.Function(lambda store: store.archived_at is not None)
