"""What comes in and goes out about cards of one person."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.members.rules.joining import COLUMNS, LOSER, WINNER
from services.shared.fields import Identifier, Moment, Money, Text
from services.shared.words import N_
from services.signin.schemas import ProofId

_SIDE = validate.OneOf(("", WINNER, LOSER), error=N_("请选留哪一个"))


class MergeIn(Schema):
    """Which card becomes part of this one, and, field by field, whose value stands (winner, loser; else gaps are filled).

    Who agreed for that card: `proof`, a scan of its member code or a code that was said; or, with a `reason`, a second person is asked.
    """

    loser = Identifier(required=True, attribute="loser_id")
    phone = fields.String(load_default="", validate=_SIDE)
    name = fields.String(load_default="", validate=_SIDE)
    gender = fields.String(load_default="", validate=_SIDE)
    birthday = fields.String(load_default="", validate=_SIDE)
    wechat_id = fields.String(load_default="", validate=_SIDE)
    note = fields.String(load_default="", validate=_SIDE)
    language = fields.String(load_default="", validate=_SIDE)

    proof = ProofId(load_default=None, allow_none=True)
    reason = Text(load_default="", validate=validate.Length(max=100, error=N_("最多 100 个字")))

    @post_load
    def _gather(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        chosen = {name: data.pop(name) for name in COLUMNS}
        return data | {"chosen": {name: side for name, side in chosen.items() if side}}


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


class MergePreviewOut(Schema):
    """What a merge would do; `obstacle` says why it cannot be done now. `needs_agreement`: for what is on the loser's card somebody has to
    agree; `final`: it could not be undone."""

    winner = fields.Nested(SideOut)
    loser = fields.Nested(SideOut)
    fields_ = fields.List(fields.Nested(ProfileFieldOut), data_key="fields", attribute="fields")
    obstacle = fields.String(allow_none=True)
    needs_agreement = fields.Boolean()
    final = fields.Boolean()


class MergeOut(Schema):
    """One merge."""

    id = Identifier()
    winner = Identifier(attribute="winner_id")
    loser = Identifier(attribute="loser_id")
    at = Moment()
    undone_at = Moment(allow_none=True)
