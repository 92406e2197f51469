"""/r/…: the receipt for whoever holds its link, and asking for its invoice. No sign-in, nothing of the member, no search engine."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout.queries.receipts import load_receipt
from services.orders import commands
from services.orders.queries import OrderView, find_invoice, get_order_of_token, may_ask_by_link
from services.orders.rules import invoiceable
from services.orders.schemas import InvoiceIn
from services.shared import clock, limits
from services.shared.actors import Actor
from services.shared.refusals import TooMany
from webapp.web import edge, forms, guards, people, shop, toasts
from webapp.web.forms import Form

blueprint = Blueprint("receipts", __name__)
PER_ADDRESS = limits.Rule("invoices", most=60, seconds=3600)  # a shop's Wi-Fi is one address for all its guests


@blueprint.get("/r/<token>")
@guards.public("a receipt is for whoever was handed its link")
def shared_receipt(token: str) -> Response:
    """The receipt, and what became of its invoice."""
    order = _order(token)
    page = render_template(
        "web/receipt/receipt.html",
        receipt=load_receipt(edge.read(), order),
        token=token,
        shared=True,
        closing=shop.settings()["orders.receipt_note"],
        **_invoice(order),
    )
    return _unlisted(make_response(page))


@blueprint.get("/r/<token>/invoice")
@guards.public("asking for the invoice of a receipt that was handed over")
def shared_invoice(token: str) -> Response:
    """An empty form, also where something was asked before: a link shows nobody who the invoice is for."""
    return _unlisted(make_response(_form(token, _order(token), Form({"kind": "personal"}))))


@blueprint.post("/r/<token>/invoice")
@guards.public("asking for the invoice of a receipt that was handed over")
def ask_shared_invoice(token: str) -> ResponseReturnValue:
    """Ask, or change what was asked; at most 60 tries an hour from one address."""
    order, at, actor = _order(token), clock.now(), Actor("public", name="public", origin=people.origin())

    def again(form: Form) -> str:
        return _form(token, order, form)

    try:
        edge.spend(PER_ADDRESS, people.address(), at=at)
    except TooMany as refusal:
        return _unlisted(forms.refused(forms.typed(), refusal, again))

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        commands.ask_invoice(session, get_order_of_token(session, token, at=at), data, actor=actor, at=at)
        toasts.say(_("记下了，开好会按您留的方式告诉您"))
        return redirect(url_for("receipts.shared_receipt", token=token), 303)

    return _unlisted(make_response(forms.submit(InvoiceIn, perform, again)))


def _order(token: str) -> OrderView:
    return get_order_of_token(edge.read(), token, at=clock.now())


def _invoice(order: OrderView) -> dict[str, Any]:
    session = edge.read()
    found = find_invoice(session, order.id)
    return {
        "invoice": found,
        "may_ask": may_ask_by_link(session, order, found),
        "invoiceable": invoiceable(order.tenders),
    }


def _form(token: str, order: OrderView, form: Form) -> str:
    return render_template("web/receipt/invoice.html", order=order, token=token, form=form, **_invoice(order))


def _unlisted(response: Response) -> Response:
    """For no index, no cache on the way, and no address told to where a link leads."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
