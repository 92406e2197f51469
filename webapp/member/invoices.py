"""发票: asking for the invoice of an own order."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.orders import commands, queries
from services.orders.queries import OrderView
from services.orders.schemas import InvoiceIn
from services.shared import clock
from webapp.member import blueprint
from webapp.web import edge, forms, guards, people, toasts
from webapp.web.forms import Form

FIELDS = ("kind", "title", "tax_number", "email")


@blueprint.get("/orders/<int:order_id>/invoice")
@guards.member
def new_invoice(order_id: int) -> str:
    """What was asked before stands in the fields."""
    order = _order(edge.read(), order_id)
    known = queries.find_invoice(edge.read(), order_id)
    told = {name: getattr(known, name) for name in FIELDS} if known else {"kind": "personal"}
    return _page(order, Form(told))


@blueprint.post("/orders/<int:order_id>/invoice")
@guards.member
def ask_invoice(order_id: int) -> ResponseReturnValue:
    """Ask, or change what was asked."""
    at, actor, order = clock.now(), edge.actor(), _order(edge.read(), order_id)

    def perform(session: Session, data: Mapping[str, Any]) -> ResponseReturnValue:
        mine = queries.get_order_of_member(session, order_id, member_id=int(actor.id or 0))
        commands.ask_invoice(session, mine, data, actor=actor, at=at)
        toasts.say(_("记下了，开好会告诉您"))
        return redirect(url_for("member.order", order_id=order_id), 303)

    return forms.submit(InvoiceIn, perform, lambda form: _page(order, form))


def _order(session: Session, order_id: int) -> OrderView:
    return queries.get_order_of_member(session, order_id, member_id=people.member().id)


def _page(order: OrderView, form: Form) -> str:
    known = queries.find_invoice(edge.read(), order.id)
    return render_template(
        "member/orders/invoice.html", order=order, form=form, invoice=known, may_ask=queries.may_ask(order, known)
    )
