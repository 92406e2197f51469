"""发票: who asked for an invoice, and the answer. Staff ask for a customer from the order's page."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.orders import commands, permissions, queries
from services.orders.queries import InvoiceView, OrderView
from services.orders.rules import invoiceable
from services.orders.schemas import InvoiceAnswerIn, InvoiceIn
from services.shared import clock
from webapp.staff import asked, blueprint
from webapp.web import edge, forms, guards, shop, toasts
from webapp.web.forms import Form

PAGE = 30
STATES = ("asked", "issued", "declined", "all")
FIELDS = ("kind", "title", "tax_number", "email")


@blueprint.get("/invoices")
@guards.staff(permissions.INVOICES_READ)
def invoices() -> str:
    """Those who wait come first; a search looks at all."""
    return _page("list", show="list")


@blueprint.get("/invoices/<int:order_id>")
@guards.staff(permissions.INVOICES_READ)
def invoice(order_id: int) -> str:
    """One request with everything that the tax office's form asks for."""
    return _shown(queries.get_invoice(edge.read(), order_id, actor=edge.actor()), Form())


@blueprint.post("/invoices/<int:order_id>")
@guards.staff(permissions.INVOICES_SETTLE)
def settle_invoice(order_id: int) -> ResponseReturnValue:
    """Issued, or declined with a word why; the member is told."""
    at, actor = clock.now(), edge.actor()
    found = queries.get_invoice(edge.read(), order_id, actor=actor)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.settle_invoice(session, order_id, data, actor=actor, at=at)
        toasts.say(_("记下了，会员会收到消息") if found.member_id else _("记下了"))
        return redirect(url_for("staff.invoices"), 303)

    return forms.submit(InvoiceAnswerIn, perform, lambda form: _shown(found, form))


@blueprint.get("/orders/<int:order_id>/invoice")
@guards.staff(permissions.INVOICES_CREATE)
def new_invoice(order_id: int) -> str:
    """Ask for a customer; what was asked before stands in the fields."""
    order = _order(order_id)
    known = queries.find_invoice(edge.read(), order_id)
    told = {name: getattr(known, name) for name in FIELDS} if known else {"kind": "company"}
    return _asking(order, known, Form(told))


@blueprint.post("/orders/<int:order_id>/invoice")
@guards.staff(permissions.INVOICES_CREATE)
def ask_invoice(order_id: int) -> ResponseReturnValue:
    """Keep the request."""
    at, actor, order = clock.now(), edge.actor(), _order(order_id)
    known = queries.find_invoice(edge.read(), order_id)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.ask_invoice(session, queries.get_order(session, order_id, actor=actor), data, actor=actor, at=at)
        toasts.say(_("记下了，在「发票」里等着开"))
        return redirect(url_for("staff.order", order_id=order_id), 303)

    return forms.submit(InvoiceIn, perform, lambda form: _asking(order, known, form))


def _order(order_id: int) -> OrderView:
    return queries.get_order(edge.read(), order_id, actor=edge.actor())


def _asking(order: OrderView, known: InvoiceView | None, form: Form) -> str:
    return render_template(
        "staff/orders/invoice.html",
        order=order,
        invoice=known,
        form=form,
        amount=invoiceable(order.tenders),
        may_ask=queries.may_ask(order, known),
    )


def _shown(found: InvoiceView, form: Form) -> str:
    order = _order(found.order_id)
    may_settle = found.state == "asked" and edge.actor().may(permissions.INVOICES_SETTLE, found.store_id)
    return _page(
        "invoice", invoice=found, order=order, amount=invoiceable(order.tenders), form=form, may_settle=may_settle
    )


def _page(name: str, *, show: str = "detail", **values: Any) -> str:
    """The list beside every page: one state of the current store, or what a search found in all of them."""
    session, store, text = edge.read(), shop.current_store(), asked.text()
    state = request.args.get("state", "")
    state = state if state in STATES else "asked"
    found = queries.list_invoices(
        session,
        actor=edge.actor(),
        store_id=store.id,
        state="" if text or state == "all" else state,
        text=text,
        after=asked.number("after"),
        limit=PAGE + 1,
    )
    kept = {"q": text, "state": "" if state == "asked" else state}
    kept = {name: value for name, value in kept.items() if value}
    more: dict[str, Any] = {**kept, "after": found[PAGE - 1].id} if len(found) > PAGE else {}
    return render_template(
        f"staff/invoices/{name}.html",
        show=show,
        invoices=found[:PAGE],
        counts=queries.count_invoices(session, store.id),
        state=state,
        text=text,
        kept=kept,
        following=url_for("staff.invoices", **more) if more else "",
        **values,
    )
