"""/orders/{id}/refunds and /orders/{id}/refund-preview."""

from flask import Response

from services.checkout import commands, permissions
from services.checkout.queries.refunds import get_refund_preview
from services.checkout.rules.refunds import wish_of
from services.orders import queries
from services.orders.permissions import ORDERS_READ
from services.orders.schemas import RefundIn, RefundOut, RefundPreviewOut, RefundWishIn
from services.shared import clock
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, guards

blueprint = Blueprint("api_refunds", __name__, description="退款 Refunds")


@blueprint.get("/orders/<int:order_id>/refunds")
@blueprint.listing(RefundOut)
@guards.api(ORDERS_READ)
def list_refunds(order_id: int) -> Response:
    """What went back for an order, the first refund first."""
    order = queries.get_order(edge.read(), order_id, actor=edge.actor())
    return shape.page(
        RefundOut, lambda after, limit: queries.list_refunds(edge.read(), order.id, after=after, limit=limit)
    )


@blueprint.post("/orders/<int:order_id>/refunds")
@blueprint.response(201, RefundOut)
@blueprint.takes(RefundIn)
@guards.api(permissions.REFUNDS_CREATE)
def create_refund(order_id: int) -> Response:
    """Refund `{"lines": [{"line": "1", "quantity": 1}], "reason": "…"}`, or an `amount`, or everything.

    409 `order_refunded`, `refund_moved`, `void_too_late`.
    """
    at, actor = clock.now(), edge.actor()
    queries.get_order(edge.read(), order_id, actor=actor)  # somebody else's is not there, whatever was sent
    data = shape.body(RefundIn)
    wish = wish_of(data)
    return edge.write(
        lambda session: shape.one(
            RefundOut,
            commands.refund_order(session, order_id, wish, data["reason"], seen=data["seen"], actor=actor, at=at),
            201,
        )
    )


@blueprint.post("/orders/<int:order_id>/refund-preview")
@blueprint.response(200, RefundPreviewOut)
@blueprint.takes(RefundWishIn)
@blueprint.unkeyed
@guards.api(permissions.REFUNDS_CREATE)
def preview_refund(order_id: int) -> Response:
    """Everything that such a refund would do. Nothing is stored, so no idempotency key is needed."""
    wish, at = wish_of(shape.body(RefundWishIn)), clock.now()
    return shape.one(RefundPreviewOut, get_refund_preview(edge.read(), order_id, wish, actor=edge.actor(), at=at))
