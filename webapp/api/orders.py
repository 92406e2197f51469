"""/orders."""

from flask import Response, request

from services.checkout import commands, permissions
from services.checkout import queries as checkout
from services.checkout.queries.receipts import as_told
from services.checkout.schemas import SaleIn
from services.orders import queries
from services.orders.permissions import ORDERS_READ
from services.orders.schemas import OrderFilter, OrderOut
from services.shared import clock
from services.stores.queries import get_store
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_orders", __name__, description="订单 Orders")


@blueprint.get("/orders")
@blueprint.listing(OrderOut, "store", "day", "member", "number")
@guards.api(ORDERS_READ)
def list_orders() -> Response:
    """Orders, latest first; `?store=`, `?day=2026-11-21`, `?member=`, `?number=` (whole, its beginning, or the sequence)."""
    wanted, actor = forms.load(OrderFilter, request.args), edge.actor()
    if wanted["store_id"] is not None:
        get_store(edge.read(), wanted["store_id"], actor=actor)
    return shape.page(
        OrderOut,
        lambda after, limit: [
            as_told(each, actor)
            for each in queries.list_orders(edge.read(), actor=actor, **wanted, after=after, limit=limit)
        ],
    )


@blueprint.post("/orders")
@blueprint.response(201, OrderOut)
@blueprint.takes(SaleIn)
@guards.api(permissions.ORDERS_CREATE)
def create_order() -> Response:
    """Pay a quote. 409 `quote_changed` carries the new one."""
    data, at, actor = shape.body(SaleIn), clock.now(), edge.actor()
    sale = edge.before(
        lambda: checkout.get_sale_of_quote(
            edge.read(), data["quote"], data["tenders"], proof=data["proof"], note=data["note"], actor=actor, at=at
        )
    )
    origin, name = "api", data["external_key"]
    if actor.kind == "staff":
        origin, name = "counter", name or checkout.key_of_counter(actor, edge.key_of_request())
    return edge.write(
        lambda session: shape.one(
            OrderOut,
            commands.complete_order(session, sale(), origin=origin, external_key=name, actor=actor, at=at),
            201,
        )
    )


@blueprint.get("/orders/<int:order_id>")
@blueprint.response(200, OrderOut)
@guards.api(ORDERS_READ)
def get_order(order_id: int) -> Response:
    """One order."""
    actor = edge.actor()
    return shape.one(OrderOut, as_told(queries.get_order(edge.read(), order_id, actor=actor), actor))
