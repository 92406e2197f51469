"""补充信息: answers to the shop's own fields of an order."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout.commands import answer_order
from services.checkout.permissions import ORDERS_CREATE
from services.fields.schemas import ValuesIn
from services.orders.queries import get_order
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, own_fields, toasts
from webapp.web.forms import Form


@blueprint.get("/orders/<int:order_id>/fields")
@guards.staff(ORDERS_CREATE)
def order_answers(order_id: int) -> str:
    """What is known, in fields."""
    order = get_order(edge.read(), order_id, actor=edge.actor())
    return _page(order_id, Form(own_fields.in_form(own_fields.filled("order", order.id))))


@blueprint.post("/orders/<int:order_id>/fields")
@guards.staff(ORDERS_CREATE)
def answer_order_fields(order_id: int) -> ResponseReturnValue:
    """Keep it."""
    at = clock.now()

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        answer_order(session, order_id, data["fields"], actor=edge.actor(), at=at)
        toasts.say(_("保存好了"))
        return redirect(url_for("staff.order", order_id=order_id), 303)

    return forms.submit(ValuesIn, perform, lambda form: _page(order_id, form))


def _page(order_id: int, form: Form) -> str:
    order = get_order(edge.read(), order_id, actor=edge.actor())
    return render_template("staff/orders/answers.html", order=order, form=form, own_fields=own_fields.asked("order"))
