"""/orders/{id}/invoice-request, /invoice-requests and /orders/{id}/receipt-link."""

from flask import Response, request
from sqlalchemy.orm import Session

from services.checkout.permissions import ORDERS_CREATE
from services.checkout.queries.receipts import may_pass_on
from services.orders import commands, permissions, queries
from services.orders.schemas import InvoiceAnswerIn, InvoiceFilter, InvoiceIn, InvoiceOut, ReceiptLinkOut
from services.shared import clock
from services.shared.refusals import Forbidden
from services.stores.queries import get_store, load_settings
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards

blueprint = Blueprint("api_invoices", __name__, description="小票与发票 Receipts and invoices")


@blueprint.get("/invoice-requests")
@blueprint.listing(InvoiceOut, "store", "state")
@guards.api(permissions.INVOICES_READ)
def list_invoice_requests() -> Response:
    """Who asked for an invoice, latest first; `?store=`, `?state=asked`, `issued` or `declined`."""
    wanted, actor = forms.load(InvoiceFilter, request.args), edge.actor()
    if wanted["store_id"] is not None:
        get_store(edge.read(), wanted["store_id"], actor=actor)
    return shape.page(
        InvoiceOut,
        lambda after, limit: queries.list_invoices(edge.read(), actor=actor, **wanted, after=after, limit=limit),
    )


@blueprint.get("/orders/<int:order_id>/invoice-request")
@blueprint.response(200, InvoiceOut)
@guards.api(permissions.INVOICES_READ)
def get_invoice_request(order_id: int) -> Response:
    """The request of an order."""
    return shape.one(InvoiceOut, queries.get_invoice(edge.read(), order_id, actor=edge.actor()))


@blueprint.post("/orders/<int:order_id>/invoice-request")
@blueprint.response(201, InvoiceOut)
@blueprint.takes(InvoiceIn)
@guards.api(permissions.INVOICES_CREATE)
def create_invoice_request(order_id: int) -> Response:
    """Ask for an invoice, or change what was asked. 409 `invoice_settled` once it is issued, `nothing_to_invoice` for what went back."""
    at, actor = clock.now(), edge.actor()
    queries.get_order(edge.read(), order_id, actor=actor)
    data = shape.body(InvoiceIn)

    def effect(session: Session) -> Response:
        order = queries.get_order(session, order_id, actor=actor)
        commands.ask_invoice(session, order, data, actor=actor, at=at)
        return shape.one(InvoiceOut, queries.get_invoice(session, order_id, actor=actor), 201)

    return edge.write(effect)


@blueprint.patch("/orders/<int:order_id>/invoice-request")
@blueprint.response(200, InvoiceOut)
@blueprint.takes(InvoiceAnswerIn)
@guards.api(permissions.INVOICES_SETTLE)
def settle_invoice_request(order_id: int) -> Response:
    """The answer: `issued`, or `declined` with a note. The member is told."""
    at, actor = clock.now(), edge.actor()
    queries.get_invoice(edge.read(), order_id, actor=actor)
    data = shape.body(InvoiceAnswerIn)

    def effect(session: Session) -> Response:
        commands.settle_invoice(session, order_id, data, actor=actor, at=at)
        return shape.one(InvoiceOut, queries.get_invoice(session, order_id, actor=actor))

    return edge.write(effect)


@blueprint.get("/orders/<int:order_id>/receipt-link")
@blueprint.response(200, ReceiptLinkOut)
@guards.api(permissions.ORDERS_READ)
def get_receipt_link(order_id: int) -> Response:
    """Where the customer reads the receipt without signing in, and until when; for who sells, claims or reassigns orders."""
    actor = edge.actor()
    order = queries.get_order(edge.read(), order_id, actor=actor)
    if not may_pass_on(actor, order.store_id):
        raise Forbidden(permission=ORDERS_CREATE)
    ends_at = queries.receipt_ends_at(order.completed_at, load_settings(edge.read())["receipts.days"])
    return shape.one(ReceiptLinkOut, {"url": queries.receipt_url(order_id), "ends_at": ends_at})
