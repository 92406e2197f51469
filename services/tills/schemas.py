"""What comes in and goes out about tills."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.shared.fields import Identifier, Moment, Money, Text, Whole
from services.shared.words import N_
from services.tills import rules

MOST_PIECES = 9999


class TillOpenIn(Schema):
    """Begin a shift."""

    store = Identifier(required=True, attribute="store_id")
    name = Text(required=True, validate=validate.Length(max=12))
    opening_float = Money(required=True)


class TillEntryIn(Schema):
    """Cash put in or taken out by hand."""

    kind = fields.String(required=True, validate=validate.OneOf(("in", "out"), error=N_("请选放入还是取出")))
    amount = Money(required=True, least=1)
    reason = Text(required=True, validate=validate.Length(max=60))


class Pieces(fields.Field[dict[int, int]]):
    """How many of each note and coin: `{"100": 3, "0.5": 2}`; denomination in fen → count inside."""

    default_error_messages = {"invalid": N_("请填张数"), "unknown": N_("没有这种面值")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[int, int]:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        money, count = Money(), Whole(least=0, most=MOST_PIECES)
        found: dict[int, int] = {}
        for typed, pieces in value.items():
            fen, many = money.deserialize(str(typed)), count.deserialize(pieces)
            if fen not in rules.PIECES:
                raise self.make_error("unknown")
            found[int(fen)] = int(many or 0)
        return found


class CountedIn(Schema):
    """What was counted of each tender; what was not told is nothing."""

    cash = Money(load_default=None, allow_none=True)
    wechat = Money(load_default=0)
    alipay = Money(load_default=0)
    card = Money(load_default=0)
    other = Money(load_default=0)


class TillCloseIn(Schema):
    """The end of a shift: cash as an amount, or as notes and coins."""

    counted = fields.Nested(CountedIn, load_default=lambda: {})
    pieces = Pieces(load_default=None, allow_none=True)
    reason = Text(load_default="", validate=validate.Length(max=200))

    @post_load
    def _with_cash(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        counted, pieces = dict(data["counted"]), data["pieces"]
        if pieces:
            cash = rules.worth(pieces)
            if counted.get("cash") not in (None, cash):
                raise ValidationError({"counted": {"cash": [N_("和按面值点的数对不上")]}})
            counted["cash"] = cash
        if counted.get("cash") is None:
            raise ValidationError({"counted": {"cash": [N_("请填点到的现金")]}})
        return {"counted": rules.in_order(counted), "reason": data["reason"]}


class TillFilter(Schema):
    """Which shifts a list shows."""

    store = Identifier(load_default=None, attribute="store_id")
    state = fields.String(load_default="", validate=validate.OneOf(("", "open", "closed"), error=N_("没有这种状态")))


class Sums(fields.Field[dict[str, int]]):
    """Fen by kind of tender, as decimal strings."""

    def _serialize(self, value: Mapping[str, int] | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        money = Money()
        return None if value is None else {kind: money._serialize(fen, None, None) for kind, fen in value.items()}


class TillOut(Schema):
    """A shift. `expected` and `differences` are null for whoever may not audit tills, and `expected` is the sum so far while it is open."""

    id = Identifier()
    store = Identifier(attribute="store_id")
    name = fields.String()
    state = fields.String()
    opening_float = Money()
    opened_by = Identifier(allow_none=True)
    opened_at = Moment()
    closed_by = Identifier(allow_none=True)
    closed_at = Moment(allow_none=True)
    counted = Sums(allow_none=True)
    expected = Sums(allow_none=True)
    differences = Sums(allow_none=True)
    reason = fields.String()


class TillEntryOut(Schema):
    """Cash moved by hand; `amount` is negative for cash taken out."""

    id = Identifier()
    kind = fields.String()
    amount = Money()
    reason = fields.String()
    staff = Identifier(attribute="actor_id", allow_none=True)
    at = Moment()
