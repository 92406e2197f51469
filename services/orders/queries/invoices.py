"""Who asked for an invoice, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.audit.queries import find_last_actor_kind
from services.orders.models import InvoiceRequest, Order
from services.orders.queries.views import OrderView
from services.orders.rules import invoiceable
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.stores.models import Store

STATES = ("asked", "issued", "declined")
PUBLIC = "public"


@dataclass(frozen=True)
class InvoiceView:
    """A request with the order it is for. `order_state` is refunded when nothing of the order is left."""

    id: int
    order_id: int
    order_number: str
    order_state: str
    store_id: int
    store_name: str
    member_id: int | None
    kind: str
    title: str
    tax_number: str
    email: str
    state: str
    note: str
    asked_at: datetime
    settled_at: datetime | None


def find_invoice(session: Session, order_id: int) -> InvoiceView | None:
    """The request of an order; whether the caller may see the order was asked before."""
    row = session.execute(_requests().where(InvoiceRequest.order_id == order_id)).one_or_none()
    return _view(row) if row else None


def get_invoice(session: Session, order_id: int, *, actor: Actor) -> InvoiceView:
    """The request of an order. Raises NotFound also for a store that the actor does not see."""
    found = find_invoice(session, order_id)
    if found is None or not actor.sees_store(found.store_id):
        raise NotFound("invoice_not_found")
    return found


def list_invoices(
    session: Session,
    *,
    actor: Actor,
    store_id: int | None = None,
    state: str = "",
    text: str = "",
    after: int | None = None,
    limit: int = 50,
) -> list[InvoiceView]:
    """Requests of the stores the actor works in, latest first; `text` is part of a title, a tax number, or an order's number."""
    query = _requests().order_by(InvoiceRequest.id.desc()).limit(limit)
    for column, value in ((Order.store_id, store_id), (InvoiceRequest.state, state or None)):
        if value is not None:
            query = query.where(column == value)
    if actor.stores is not None:
        query = query.where(Order.store_id.in_(actor.stores))
    if after is not None:
        query = query.where(InvoiceRequest.id < after)
    if text:
        columns = (InvoiceRequest.title, InvoiceRequest.tax_number, Order.number)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return [_view(row) for row in session.execute(query)]


def count_invoices(session: Session, store_id: int) -> dict[str, int]:
    """How many requests of a store are in each state."""
    query = select(InvoiceRequest.state, func.count(InvoiceRequest.id)).join(Order, Order.id == InvoiceRequest.order_id)
    found = session.execute(query.where(Order.store_id == store_id).group_by(InvoiceRequest.state)).all()
    return dict.fromkeys(STATES, 0) | dict(found)


def may_ask(order: OrderView, invoice: InvoiceView | None) -> bool:
    """Whether an invoice can be asked for now, or what was asked be changed."""
    return (invoice is None or invoice.state != "issued") and invoiceable(order.tenders) > 0


def may_ask_by_link(session: Session, order: OrderView, invoice: InvoiceView | None) -> bool:
    """Whether who only holds the receipt's link may ask, or change what was asked: a member's or the shop's words are not theirs to
    change, nor what somebody answered. The audit log knows who asked last."""
    if invoice is None:
        return may_ask(order, None)
    if invoice.state != "asked" or not may_ask(order, invoice):
        return False
    return find_last_actor_kind(session, "invoices:create", ("order", order.id)) == PUBLIC


def _requests() -> Any:
    return (
        select(InvoiceRequest, Order.number, Order.state, Order.store_id, Store.name, Order.member_id)
        .join(Order, Order.id == InvoiceRequest.order_id)
        .join(Store, Store.id == Order.store_id)
    )


def _view(row: Any) -> InvoiceView:
    asked, number, order_state, store_id, store_name, member_id = row
    return InvoiceView(
        asked.id, asked.order_id, number, order_state, store_id, store_name, member_id, asked.kind, asked.title,
        asked.tax_number, asked.email, asked.state, asked.note, asked.asked_at, asked.settled_at,
    )  # fmt: skip
