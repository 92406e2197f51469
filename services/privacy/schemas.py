"""What is asked for around personal data."""

from marshmallow import Schema, fields, validate

from services.shared.fields import Moment, Text
from services.shared.words import N_

WORDS = (N_("注销"), "erase")  # what a member types: in either language of the app


class OwnErasureIn(Schema):
    """A member asks to be erased: the word, typed, whether money that is left is given up, and the wallet PIN where one guards it."""

    word = Text(required=True, validate=validate.OneOf(WORDS, error=N_("请输入“注销”两个字")))
    give_up = fields.Boolean(load_default=False)
    pin = Text(load_default="", validate=validate.Regexp(r"^(\d{6})?$", error=N_("请输入 6 位数字")))


class ErasureIn(Schema):
    """Staff erase a member who asked for it: why, and whether the member gave up money that is left."""

    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("写下原因，最多 100 个字")))
    give_up = fields.Boolean(load_default=False)


class OwnDataOut(Schema):
    """Everything the shop knows of a member, as tables of plain values: money has two places, moments are ISO text in UTC."""

    profile = fields.List(fields.Dict())
    consents = fields.List(fields.Dict())
    orders = fields.List(fields.Dict())
    lines = fields.List(fields.Dict())
    refunds = fields.List(fields.Dict())
    invoices = fields.List(fields.Dict())
    points = fields.List(fields.Dict())
    growth = fields.List(fields.Dict())
    wallet = fields.List(fields.Dict())
    coupons = fields.List(fields.Dict())
    messages = fields.List(fields.Dict())
    sessions = fields.List(fields.Dict())
    devices = fields.List(fields.Dict())
    passkeys = fields.List(fields.Dict())


class ConsentOut(Schema):
    """One consent: for which purpose (`kind`), to which version of the words, by which way, from when, until when."""

    kind = fields.String()
    version = fields.String()
    way = fields.String()
    given_at = Moment()
    withdrawn_at = Moment(allow_none=True)


class ConsentsOut(Schema):
    """Everything a member agreed to, the newest first."""

    items = fields.List(fields.Nested(ConsentOut))
