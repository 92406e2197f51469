"""What comes in and goes out about cards of one person."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.members.rules.joining import COLUMNS, LOSER, WINNER
from services.shared.fields import Identifier, Moment, Money
from services.shared.words import N_

_SIDE = validate.OneOf(("", WINNER, LOSER), error=N_("请选留哪一个"))


class MergeIn(Schema):
    """Which card becomes part of this one, and, field by field, whose value stands (winner, loser; else gaps are filled)."""

    loser = Identifier(required=True, attribute="loser_id")
    phone = fields.String(load_default="", validate=_SIDE)
    name = fields.String(load_default="", validate=_SIDE)
    gender = fields.String(load_default="", validate=_SIDE)
    birthday = fields.String(load_default="", validate=_SIDE)
    wechat_id = fields.String(load_default="", validate=_SIDE)
    note = fields.String(load_default="", validate=_SIDE)
    language = fields.String(load_default="", validate=_SIDE)

    @post_load
    def _gather(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {"loser_id": data["loser_id"], "chosen": {name: data[name] for name in COLUMNS if data[name]}}


class PairIn(Schema):
    """Two cards."""

    one = Identifier(required=True, attribute="one_id")
    other = Identifier(required=True, attribute="other_id")


class LoserIn(Schema):
    """Which card would become part of this one."""

    loser = Identifier(required=True, attribute="loser_id")


class UndoIn(Schema):
    """Nothing is asked."""


class DuplicateOut(Schema):
    """Two members who look alike, and why: phone, wechat, birthday, child."""

    one = Identifier(attribute="low_id")
    other = Identifier(attribute="high_id")
    why = fields.List(fields.String())


class SideOut(Schema):
    """One card and what it holds."""

    member = fields.Function(lambda side: str(side.card.id))
    points = fields.Integer()
    principal = Money()
    bonus = Money()
    coupons = fields.Integer()
    orders = fields.Function(lambda side: side.card.orders)


class ProfileFieldOut(Schema):
    """One field: whose value stands unless chosen (empty: it has to be chosen), and whether both say something else."""

    field = fields.String()
    whose = fields.String()
    differs = fields.Boolean()


class PreviewOut(Schema):
    """What a merge would do; `obstacle` says why it cannot be done now."""

    winner = fields.Nested(SideOut)
    loser = fields.Nested(SideOut)
    fields_ = fields.List(fields.Nested(ProfileFieldOut), data_key="fields", attribute="fields")
    obstacle = fields.String(allow_none=True)


class MergeOut(Schema):
    """One merge."""

    id = Identifier()
    winner = Identifier(attribute="winner_id")
    loser = Identifier(attribute="loser_id")
    at = Moment()
    undone_at = Moment(allow_none=True)
