"""/members/{id}/points and its adjustments, /me/points."""

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from services.approvals.commands import do_or_ask
from services.approvals.models import Approval
from services.approvals.rules import POINTS
from services.approvals.schemas import ApprovalOut
from services.checkout.queries.points_ledger import explain_entries
from services.loyalty import permissions, queries
from services.loyalty.schemas import AdjustmentIn, EntryOut
from services.members.queries import get_member
from services.shared import clock
from webapp.api import shape
from webapp.api.approvals import sent
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people

blueprint = Blueprint("api_points", __name__, description="积分 Points")


@blueprint.get("/members/<int:member_id>/points")
@blueprint.listing(EntryOut, balance=fields.Integer(), pending=fields.Integer())
@guards.api(permissions.POINTS_READ)
def list_points(member_id: int) -> Response:
    """The balance of a member and why: every change with what explains it, newest first; `pending` counts later."""
    return _ledger(get_member(edge.read(), member_id).id)


@blueprint.get("/me/points")
@blueprint.listing(EntryOut, balance=fields.Integer(), pending=fields.Integer())
@guards.api_member
def list_my_points() -> Response:
    """My balance and why: every change, newest first."""
    return _ledger(people.member().id)


@blueprint.post("/members/<int:member_id>/points/adjustments")
@blueprint.response(201, EntryOut)
@blueprint.alt_response(202, schema=ApprovalOut)
@blueprint.takes(AdjustmentIn)
@guards.api(permissions.POINTS_ADJUST)
def adjust_points(member_id: int) -> Response:
    """Give points or take them by hand: `{"amount": -20, "reason": "…"}`. 202: the shop wants a second person for so many (/approvals)."""
    data, at, actor = shape.body(AdjustmentIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        member = get_member(session, member_id)
        made = do_or_ask(session, POINTS, member.id, data, store_id=people.store_id(), actor=actor, at=at)
        return sent(session, made, actor, at) if isinstance(made, Approval) else shape.one(EntryOut, made, 201)

    return edge.write(effect)


def _ledger(member_id: int) -> Response:
    return shape.page(
        EntryOut,
        lambda after, limit: explain_entries(
            edge.read(),
            queries.list_entries(edge.read(), member_id, after=after, limit=limit),
            stores=people.seen_stores(),
        ),
        balance=queries.get_balance(edge.read(), member_id),
        pending=sum(each.points for each in queries.list_pending(edge.read(), member_id)),
    )
