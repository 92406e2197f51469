"""Giving or taking points by hand, with a reason."""

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.approvals.commands import do_or_ask
from services.approvals.models import Approval
from services.approvals.rules import POINTS
from services.loyalty import permissions, queries
from services.members.queries import MemberCard, get_member
from services.shared import clock
from services.shared.fields import Text, Whole
from services.shared.words import N_
from webapp.staff import approvals, blueprint
from webapp.staff.members import page
from webapp.web import edge, forms, guards, shop, toasts
from webapp.web.forms import Form


class AdjustmentForm(Schema):
    """Which way, how many points, and why."""

    way = fields.String(required=True, validate=validate.OneOf(("give", "take"), error=N_("请从列表里选")))
    amount = Whole(required=True, least=1, most=1_000_000)
    reason = Text(required=True, validate=validate.Length(1, 100, error=N_("最多 100 个字")))


@blueprint.get("/members/<int:member_id>/points/adjust")
@guards.staff(permissions.POINTS_ADJUST)
def new_points_adjustment(member_id: int) -> str:
    """What is to be corrected, and why."""
    return _adjusting(get_member(edge.read(), member_id), Form({"way": "give"}))


@blueprint.post("/members/<int:member_id>/points/adjust")
@guards.staff(permissions.POINTS_ADJUST)
def adjust_points(member_id: int) -> ResponseReturnValue:
    """Keep the correction; the member reads it, with its reason, in their points."""
    at, actor, member = clock.now(), edge.actor(), get_member(edge.read(), member_id)
    store_id = shop.current_store().id

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        signed = data["amount"] if data["way"] == "give" else -data["amount"]
        change = {"amount": signed, "reason": data["reason"]}
        made = do_or_ask(session, POINTS, member.id, change, store_id=store_id, actor=actor, at=at)
        if isinstance(made, Approval):
            return approvals.sent()
        toasts.say(_("调整好了"))
        return redirect(url_for("staff.member_points", member_id=member.id), 303)

    return forms.submit(AdjustmentForm, perform, lambda form: _adjusting(member, form))


def _adjusting(member: MemberCard, form: Form) -> str:
    balance = queries.get_balance(edge.read(), member.id)
    return page("adjust_points", card=member, form=form, balance=balance, second_person=approvals.hint(POINTS))
