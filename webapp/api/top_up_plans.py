"""/top-up-plans and /liability."""

from collections.abc import Callable
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from services.checkout.commands.top_up_plans import change_top_up_plan, create_top_up_plan
from services.shared import clock
from services.shared.fields import Identifier, Money
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.wallet import commands, permissions, queries
from services.wallet.schemas import PlanIn, PlanOut
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards
from webapp.web.liability import Report, asked_for, load_report

blueprint = Blueprint("api_top_up_plans", __name__, description="充值方案 Top-up plans")


class PlanChange(PlanIn):
    """What may change of a plan, for the API's page; `archived` is read apart."""

    archived = fields.Boolean()


@blueprint.get("/top-up-plans")
@blueprint.listing(PlanOut, "archived", "store", paged=False)
@guards.api(permissions.WALLET_READ)
def list_top_up_plans() -> Response:
    """The plans in the shop's order; `?store=` those offered there, `?archived=1` those put away."""
    store = request.args.get("store", "")
    if store and not (store.isascii() and store.isdigit() and len(store) <= 18):
        raise Invalid({"store": [N_("没有这家门店")]})
    archived = request.args.get("archived") == "1"
    found = queries.list_plans(edge.read(), archived=archived, store_id=int(store) if store else None)
    return edge.json_answer({"items": PlanOut(many=True).dump(found), "next": None})


@blueprint.post("/top-up-plans")
@blueprint.response(201, PlanOut)
@blueprint.takes(PlanIn)
@guards.api(permissions.TOP_UP_PLANS_CHANGE)
def create_plan() -> Response:
    """Add a plan: 充 `amount` 送 `bonus`, with points and coupons."""
    data, at, actor = shape.body(PlanIn), clock.now(), edge.actor()
    return edge.write(lambda session: shape.one(PlanOut, create_top_up_plan(session, data, actor=actor, at=at), 201))


@blueprint.get("/top-up-plans/<int:plan_id>")
@blueprint.response(200, PlanOut)
@guards.api(permissions.WALLET_READ)
def get_plan(plan_id: int) -> Response:
    """One plan, put away or not."""
    return shape.one(PlanOut, queries.get_plan(edge.read(), plan_id))


@blueprint.patch("/top-up-plans/<int:plan_id>")
@blueprint.response(200, PlanOut)
@blueprint.takes(PlanChange, partial=True)
@guards.api(permissions.TOP_UP_PLANS_CHANGE)
def change_plan(plan_id: int) -> Response:
    """Change some fields; `archived` puts it away or offers it again. What was topped up before stays as it was."""
    sent, at, actor = forms.sent_object(), clock.now(), edge.actor()
    data = shape.body(PlanIn, partial=True)
    if "archived" in sent and not isinstance(sent["archived"], bool):
        raise Invalid({"archived": [N_("请选是或否")]})

    def effect(session: Session) -> Response:
        change_top_up_plan(session, plan_id, data, actor=actor, at=at)
        if "archived" in sent:
            put: Callable[..., Any] = commands.archive_plan if sent["archived"] else commands.restore_plan
            put(session, plan_id, actor=actor, at=at)
        return shape.one(PlanOut, queries.get_plan(session, plan_id))

    return edge.write(effect)


class AmountOut(Schema):
    """Principal and bonus."""

    principal = Money()
    bonus = Money()


class OwedOut(Schema):
    """What is owed to those who paid in at one store (null: what was made by hand)."""

    store = Identifier(attribute="store_id", allow_none=True)
    principal = Money(attribute="owed.principal")
    bonus = Money(attribute="owed.bonus")


class FlowOut(Schema):
    """What moved on one day at one store: paid in, spent (less what came back), paid out, corrected; signed."""

    day = fields.Date()
    store = Identifier(attribute="store_id", allow_none=True)
    paid_in = fields.Nested(AmountOut)
    spent = fields.Nested(AmountOut)
    paid_out = fields.Nested(AmountOut)
    corrected = fields.Nested(AmountOut)


class LiabilityOut(Schema):
    """What the shop owes at the end of a day, and what moved it from the first day to that one."""

    first = fields.Date()
    last = fields.Date()
    owed = fields.Nested(AmountOut)
    stores = fields.List(fields.Nested(OwedOut))
    days = fields.List(fields.Nested(FlowOut))
    paid_back = Money()


@blueprint.get("/liability")
@blueprint.response(200, LiabilityOut)
@blueprint.asks("first", "last", "store")
@guards.api(permissions.LIABILITY_READ)
def get_liability() -> Response:
    """Outstanding principal and bonus at the end of `?last=` (today), and the flows since `?first=` (the month's first), by store."""
    report: Report = load_report(asked_for(strict=True))
    return shape.one(LiabilityOut, report)
