"""What comes in and goes out about stores and settings."""

from marshmallow import Schema, fields, validate

from services.shared.fields import Identifier, Text
from services.shared.words import N_

_TIME = validate.Regexp(r"([01]\d|2[0-3]):[0-5]\d\Z", error=N_("请填时间，例如 09:30"))


class StoreIn(Schema):
    """A store as a person or program writes it."""

    code = Text(
        required=True, validate=validate.Regexp(r"[A-Z][A-Z0-9]{0,3}\Z", error=N_("大写字母开头，最多 4 位，例如 A1"))
    )
    name = Text(required=True, validate=validate.Length(1, 24, error=N_("最多 24 个字")))
    address = Text(load_default="", validate=validate.Length(max=120, error=N_("最多 120 个字")))
    phone = Text(load_default="", validate=validate.Length(max=40, error=N_("最多 40 个字")))
    opens = Text(load_default="09:00", validate=_TIME)
    closes = Text(load_default="21:30", validate=_TIME)
    sort = fields.Integer(load_default=0, validate=validate.Range(-100_000, 100_000))


class StoreChange(StoreIn):
    """What may change of a store in its editor: its code opens order numbers, its place is chosen by sorting."""

    class Meta:
        """Without what stays."""

        exclude = ("code", "sort")


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
