"""/members/{id}/points and its adjustments."""

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from services.loyalty import commands, permissions, queries
from services.loyalty.schemas import AdjustmentIn, EntryOut
from services.members.queries import get_member
from services.shared import clock
from webapp.api import shape
from webapp.web import edge, guards

blueprint = Blueprint("api_points", __name__, description="积分 Points")


@blueprint.get("/members/<int:member_id>/points")
@blueprint.response(200, EntryOut(many=True))
@guards.api(permissions.POINTS_READ)
def list_points(member_id: int) -> Response:
    """The balance of a member and why: every change, newest first."""
    member = get_member(edge.read(), member_id)
    return shape.page(
        EntryOut,
        lambda after, limit: queries.list_entries(edge.read(), member.id, after=after, limit=limit),
        balance=queries.get_balance(edge.read(), member.id),
    )


@blueprint.post("/members/<int:member_id>/points/adjustments")
@blueprint.response(201, EntryOut)
@guards.api(permissions.POINTS_ADJUST)
def adjust_points(member_id: int) -> Response:
    """Give points or take them by hand: `{"amount": -20, "reason": "…"}`."""
    data, at, actor = shape.body(AdjustmentIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        member = get_member(session, member_id)
        return shape.one(EntryOut, commands.adjust_points(session, member.id, data, actor=actor, at=at), 201)

    return edge.write(effect)
