"""/orders."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, request
from sqlalchemy.orm import Session

from services.checkout import commands, permissions
from services.checkout import queries as checkout
from services.checkout.queries.receipts import as_told
from services.checkout.schemas import SaleIn
from services.fields.queries import tell_values
from services.fields.schemas import ValuesIn
from services.orders import queries
from services.orders.permissions import ORDERS_READ
from services.orders.queries import OrderView
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
        lambda after, limit: _told(
            edge.read(), queries.list_orders(edge.read(), actor=actor, **wanted, after=after, limit=limit)
        ),
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
            edge.read(), data["quote"], data["tenders"], proof=data["proof"], holder_proof=data["holder_proof"],
            note=data["note"], actor=actor, at=at,
        )
    )  # fmt: skip
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
    return _one(edge.read(), order_id)


@blueprint.patch("/orders/<int:order_id>")
@blueprint.response(200, OrderOut)
@blueprint.takes(ValuesIn)
@guards.api(permissions.ORDERS_CREATE)
def change_order(order_id: int) -> Response:
    """What the shop asks of an order beyond the sale itself, as `fields`; nothing else of a sale ever changes."""
    data, at, actor = shape.body(ValuesIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        commands.answer_order(session, order_id, data["fields"], actor=actor, at=at)
        return _one(session, order_id)

    return edge.write(effect)


def _one(session: Session, order_id: int) -> Response:
    return shape.one(OrderOut, _told(session, [queries.get_order(session, order_id, actor=edge.actor())])[0])


def _told(session: Session, orders: Sequence[OrderView]) -> list[OrderView]:
    """As this reader may see them, with the answers to own fields."""
    answers = tell_values(session, "order", [each.id for each in orders], actor=edge.actor())
    return [replace(as_told(each, edge.actor()), answers=answers[each.id]) for each in orders]
