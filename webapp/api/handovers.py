"""/claims, /me/claims and /orders/{id}/reassignments: an order comes to a member after it was paid."""

from flask import Response

from services.checkout import commands, permissions
from services.checkout.commands.handovers import CLAIM_TRIES
from services.orders import queries
from services.orders.permissions import ORDERS_READ
from services.orders.schemas import HandoverOut, MyOrderClaimIn, OrderClaimIn, ReassignmentIn
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards, people

blueprint = Blueprint("api_handovers", __name__, description="补登与改会员 Claims and reassignments")


@blueprint.post("/claims")
@blueprint.response(201, HandoverOut)
@blueprint.takes(OrderClaimIn)
@guards.api(permissions.ORDERS_CLAIM)
def create_claim() -> Response:
    """Give a walk-in's order to the member who shows its receipt: `{"receipt_code": "…", "member": "42"}`.

    404 `receipt_unknown`, 409 `order_claimed`, `order_too_old`, `order_refunded`, 429 after too many guesses.
    """
    data = shape.body(OrderClaimIn)
    return _claim(data["receipt_code"], data["member_id"])


@blueprint.post("/me/claims")
@blueprint.response(201, HandoverOut)
@blueprint.takes(MyOrderClaimIn)
@guards.api_member
def create_my_claim() -> Response:
    """Claim an order that I paid without being known."""
    return _claim(shape.body(MyOrderClaimIn)["receipt_code"], people.member().id)


@blueprint.get("/orders/<int:order_id>/reassignments")
@blueprint.listing(HandoverOut)
@guards.api(ORDERS_READ)
def list_reassignments(order_id: int) -> Response:
    """To whom an order came after it was paid, claims included, the first one first."""
    order = queries.get_order(edge.read(), order_id, actor=edge.actor())
    return shape.page(
        HandoverOut, lambda after, limit: queries.list_handovers(edge.read(), order.id, after=after, limit=limit)
    )


@blueprint.post("/orders/<int:order_id>/reassignments")
@blueprint.response(201, HandoverOut)
@blueprint.takes(ReassignmentIn)
@guards.api(permissions.ORDERS_REASSIGN)
def create_reassignment(order_id: int) -> Response:
    """Move an order from the wrong member to the right one. 409 says why it stays: `order_spent_wallet`, `order_correction_too_old`…"""
    at, actor = clock.now(), edge.actor()
    queries.get_order(edge.read(), order_id, actor=actor)  # somebody else's is not there, whatever was sent
    data = shape.body(ReassignmentIn)
    return edge.write(
        lambda session: shape.one(
            HandoverOut,
            commands.reassign_order(session, order_id, data["member_id"], data["reason"], actor=actor, at=at),
            201,
        )
    )


def _claim(code: str, member_id: int) -> Response:
    at, actor = clock.now(), edge.actor()
    edge.spend(CLAIM_TRIES, actor.scope, at=at)
    answer = edge.write(
        lambda session: shape.one(HandoverOut, commands.claim_order(session, code, member_id, actor=actor, at=at), 201)
    )
    edge.give_back(CLAIM_TRIES, actor.scope, at=at)
    return answer
