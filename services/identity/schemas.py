"""What comes in about staff."""

from marshmallow import Schema, validate

from services.shared.fields import Text
from services.shared.words import N_

PASSWORD = validate.Length(8, 128, error=N_("密码 8 到 128 位"))
USERNAME = validate.Regexp(r"[a-z0-9][a-z0-9._-]{1,31}", error=N_("小写字母和数字，2 到 32 位"))


class OwnerIn(Schema):
    """The first account of a shop."""

    username = Text(required=True, validate=USERNAME)
    name = Text(required=True, validate=validate.Length(1, 24))
    password = Text(required=True, validate=PASSWORD)
