"""What comes in and goes out about exports; the filters are those of each list's screen."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.exports.rules import FORMATS, XLSX
from services.members.queries import STATES
from services.shared.fields import Day, Identifier, Moment, Text
from services.shared.words import N_
from services.tills.queries import STATES as TILL_STATES

PICK = N_("请从列表里选")
TENDERS = ("", "cash", "wechat", "alipay", "card", "wallet", "other")


class _Days(Schema):
    """From a day of the shop to another, both included; open where it is empty."""

    first = Day(load_default=None, allow_none=True)
    last = Day(load_default=None, allow_none=True)

    @validates_schema
    def _in_order(self, data: dict[str, object], **_: object) -> None:
        first, last = data.get("first"), data.get("last")
        if first is not None and last is not None and first > last:  # type: ignore[operator]
            raise ValidationError({"last": [N_("结束的一天不能早于开始")]})


class MembersFilter(Schema):
    """As the list of members: who they are, where they came from, their home store, words, a saved segment, a tag."""

    state = Text(load_default="all", validate=validate.OneOf(STATES, error=PICK))
    source = Text(load_default="", validate=validate.Length(max=40))
    store = Identifier(load_default=None, allow_none=True)
    q = Text(load_default="", validate=validate.Length(max=60))
    segment = Identifier(load_default=None, allow_none=True)
    tag = Identifier(load_default=None, allow_none=True)


class OrdersFilter(_Days):
    """As the list of orders: days, a store, words (a number, a member), a way of paying, those that wait for a look."""

    store = Identifier(load_default=None, allow_none=True)
    q = Text(load_default="", validate=validate.Length(max=60))
    tender = Text(load_default="", validate=validate.OneOf(TENDERS, error=PICK))
    flagged = fields.Boolean(load_default=False)


class LedgerFilter(_Days):
    """Entries of one member or of everybody, between days, in a store."""

    member = Identifier(load_default=None, allow_none=True)
    store = Identifier(load_default=None, allow_none=True)


class WalletFilter(LedgerFilter):
    """The same, one way only: in or out."""

    way = Text(load_default="", validate=validate.OneOf(("", "in", "out"), error=PICK))


class CouponsFilter(_Days):
    """Coupons of one template, of one member, used in a store, in a state (usable, used, over), by the days they were given out."""

    template = Identifier(load_default=None, allow_none=True)
    member = Identifier(load_default=None, allow_none=True)
    store = Identifier(load_default=None, allow_none=True)
    state = Text(load_default="", validate=validate.OneOf(("", "usable", "used", "over"), error=PICK))


class TillsFilter(_Days):
    """Shifts of a store by the days they were opened; open, closed, or different (closed with a difference)."""

    store = Identifier(load_default=None, allow_none=True)
    state = Text(load_default="", validate=validate.OneOf(("", *TILL_STATES), error=PICK))


class ExportIn(Schema):
    """Which list, as what, with which columns (none: the usual ones) and filters. `whole` asks for whole phones and years of birth."""

    listing = Text(required=True, data_key="list")
    format = Text(load_default=XLSX, validate=validate.OneOf(FORMATS, error=PICK))
    columns = fields.List(Text(), load_default=list, validate=validate.Length(max=200))
    filters = fields.Dict(keys=fields.String(), load_default=dict)
    whole = fields.Boolean(load_default=False)


class ExportOut(Schema):
    """One export: `state` is waiting, working, ready or failed; `rows` of `rows_total` (null: not counted yet) are written; the file lies
    there until `expires_at`. `whole`: with whole phones and years of birth."""

    id = Identifier()
    listing = fields.String(data_key="list")
    format = fields.String()
    columns = fields.List(fields.String())
    whole = fields.Boolean()
    state = fields.String()
    rows = fields.Integer()
    rows_total = fields.Integer(allow_none=True)
    size = fields.Integer(allow_none=True)
    created_at = Moment()
    finished_at = Moment(allow_none=True)
    expires_at = Moment(allow_none=True)


class ColumnOut(Schema):
    """A column: its key, what it is called in both languages, and what its cells are (text, money, date, time, number, choice)."""

    key = fields.String()
    label = fields.Dict(keys=fields.String(), values=fields.String())
    kind = fields.String()
    usual = fields.Boolean()


class ListOut(Schema):
    """A list that the caller may take along, with its columns and the names of its filters."""

    name = fields.String()
    label = fields.Dict(keys=fields.String(), values=fields.String())
    columns = fields.List(fields.Nested(ColumnOut))
    filters = fields.List(fields.String())
