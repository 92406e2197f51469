"""What comes in and goes out about imports."""

from marshmallow import Schema, fields, validate

from services.shared.fields import Identifier, Moment, Text
from services.shared.words import N_

DUPLICATES = {
    "skip": N_("跳过，不动已有的会员"),
    "fill": N_("只补空着的"),
    "overwrite": N_("用表里的覆盖"),
    "merge": N_("合并：补空着的，备注接在后面，储值和积分加上去"),
}
ORDERS = {"ask": N_("先问我"), "month_first": N_("月在前"), "day_first": N_("日在前")}
_LIST = N_("请从列表里选")


class ImportChoicesIn(Schema):
    """How an import is done."""

    duplicates = Text(load_default="skip", validate=validate.OneOf(tuple(DUPLICATES), error=_LIST))
    order = Text(load_default="ask", validate=validate.OneOf(tuple(ORDERS), error=_LIST))
    guardians = fields.Boolean(load_default=False)


class ImportMatchIn(ImportChoicesIn):
    """The field of each column, by sheet (`""`: not imported), and the choices."""

    mapping = fields.List(fields.List(fields.String()), required=True)


class ImportIn(Schema):
    """A file: its name, and its bytes in base64 (at most 8 MB)."""

    name = Text(required=True, validate=validate.Length(max=100, error=N_("名字太长了")))
    content = fields.String(required=True)


class ImportSheetOut(Schema):
    """A sheet of the file: the words over its columns, in which row they stand (0: nowhere), how many rows are below, and blank ones."""

    name = fields.String()
    header = fields.List(fields.String())
    header_row = fields.Integer()
    rows = fields.Integer()
    blank = fields.Integer()


class ImportOut(Schema):
    """An import. `state`: matching, checking, checked, running, done, undoing, undone; `counts`: rows by what became of them, `left`: how
    many are still to be done of what it is at; `mapping`: the field of each column, by sheet."""

    id = Identifier()
    name = fields.String()
    state = fields.String()
    sheets = fields.List(fields.Nested(ImportSheetOut))
    mapping = fields.List(fields.List(fields.String()))
    choices = fields.Dict()
    total = fields.Integer()
    created_at = Moment()
    ran_at = Moment(allow_none=True)
    finished_at = Moment(allow_none=True)
    undone_at = Moment(allow_none=True)
    forgotten_at = Moment(allow_none=True)


class ImportWholeOut(ImportOut):
    """One import with how far it is."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    left = fields.Integer()


class ImportProblemOut(Schema):
    """What is wrong with a cell, or was left out: the words over its column (blank: the whole row), and what about it."""

    column = fields.String()
    words = fields.String()


class ImportRowOut(Schema):
    """A row of the file, and what became of it: waiting, ready, wrong, created, changed, same, skipped, refused, undone, kept."""

    sheet = fields.String()
    row = fields.Integer()
    outcome = fields.String()
    problems = fields.List(fields.Nested(ImportProblemOut))
    member = Identifier(allow_none=True)
