"""Asking for an invoice (发票), and answering. The shop issues it in the tax office's own system; here stands who waits for one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.orders import permissions
from services.orders.errors import InvoiceAskedBefore, InvoiceNotAsked, InvoiceSettled, NothingToInvoice
from services.orders.events import InvoiceAnswered, InvoiceAsked
from services.orders.models import InvoiceRequest
from services.orders.queries.invoices import PUBLIC, find_invoice, get_invoice, may_ask_by_link
from services.orders.queries.views import OrderView
from services.orders.rules import invoiceable
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid, NotFound
from services.shared.words import N_

ASKED, ISSUED, DECLINED = "asked", "issued", "declined"


def ask_invoice(session: Session, order: OrderView, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Ask for an order's invoice, once; until it is issued the same can be changed, or asked again after a no.

    `data` is kind, title, tax_number, email. Staff need invoices:create in the store; a member asks for an own order; whoever holds the
    receipt's link was let in by it, and changes only what was asked by it. Raises NothingToInvoice, InvoiceSettled, InvoiceAskedBefore.
    """
    _require(actor, order)
    if not invoiceable(order.tenders):
        raise NothingToInvoice
    told = {name: data[name] for name in ("kind", "title", "tax_number", "email")}
    known = session.scalar(select(InvoiceRequest.id).where(InvoiceRequest.order_id == order.id).with_for_update())
    if actor.kind == PUBLIC and not may_ask_by_link(session, order, found := find_invoice(session, order.id)):
        raise InvoiceSettled if found and found.state == ISSUED else InvoiceAskedBefore
    fresh = told | {"state": ASKED, "asked_at": at, "settled_at": None, "note": ""}
    if known is None:
        session.add(InvoiceRequest(order_id=order.id, **fresh))
        session.flush()
    else:
        changing = update(InvoiceRequest).where(InvoiceRequest.id == known, InvoiceRequest.state != ISSUED)
        if session.execute(changing.values(**fresh).returning(InvoiceRequest.id)).scalar() is None:
            raise InvoiceSettled
    audit.record(
        session, "invoices:create", ("order", order.id), actor=actor, at=at, store_id=order.store_id,
        member_id=order.member_id, changes={"number": order.number},
    )  # fmt: skip
    announce(session, InvoiceAsked(order.id, order.store_id), at=at)


def settle_invoice(session: Session, order_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Answer a request: `state` issued or declined, with a `note` to the customer (a no needs one). Raises InvoiceNotAsked."""
    asked = get_invoice(session, order_id, actor=actor)
    actor.require(permissions.INVOICES_SETTLE, asked.store_id)
    if data["state"] == DECLINED and not data["note"]:
        raise Invalid({"note": [N_("写一句为什么开不了")]})
    settling = update(InvoiceRequest).where(InvoiceRequest.id == asked.id, InvoiceRequest.state == ASKED)
    values = {"state": data["state"], "note": data["note"], "settled_at": at}
    if session.execute(settling.values(**values).returning(InvoiceRequest.id)).scalar() is None:
        raise InvoiceNotAsked
    changes = {"number": asked.order_number, "state": data["state"], "note": data["note"]}
    audit.record(
        session, "invoices:settle", ("order", order_id), actor=actor, at=at, store_id=asked.store_id,
        member_id=asked.member_id, changes=changes,
    )  # fmt: skip
    event = InvoiceAnswered(
        order_id, asked.order_number, asked.store_id, asked.member_id, data["state"], data["note"], at.isoformat()
    )
    announce(session, event, at=at)


def _require(actor: Actor, order: OrderView) -> None:
    if actor.kind == "member" and order.member_id != actor.id:
        raise NotFound("order_not_found")
    if actor.kind in {"staff", "token"}:
        actor.require(permissions.INVOICES_CREATE, order.store_id)
