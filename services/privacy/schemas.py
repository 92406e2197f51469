"""What is asked for around personal data."""

from marshmallow import Schema, fields, validate

from services.shared.fields import Text
from services.shared.words import N_

WORDS = (N_("注销"), "erase")  # what a member types: in either language of the app


class OwnErasureIn(Schema):
    """A member asks to be erased: the word, typed, and whether money that is left is given up."""

    word = Text(required=True, validate=validate.OneOf(WORDS, error=N_("请输入“注销”两个字")))
    give_up = fields.Boolean(load_default=False)


class ErasureIn(Schema):
    """Staff erase a member who asked for it: why, and whether the member gave up money that is left."""

    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("写下原因，最多 100 个字")))
    give_up = fields.Boolean(load_default=False)
