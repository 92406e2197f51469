"""补登积分: an order that I paid without showing my code, by the code on its receipt."""

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout import commands
from services.checkout.commands.handovers import CLAIM_TRIES
from services.orders.schemas import MyOrderClaimIn
from services.shared import clock
from webapp.member import blueprint
from webapp.web import edge, forms, guards, people, shop, toasts
from webapp.web.forms import Form


@blueprint.get("/orders/claim")
@guards.member
def claim_order() -> str:
    """The code to type; a link may bring it along."""
    return _page(Form({"receipt_code": request.args.get("code", "")[:20]}))


@blueprint.post("/orders/claim")
@guards.member
def create_claim() -> ResponseReturnValue:
    """Take the order over, and show it. Tries are counted before the code is looked at."""
    at, actor, member = clock.now(), edge.actor(), people.member()
    counted: list[int] = []  # not for who sends the same once more: that gives nothing back either

    def count(_data: dict[str, Any]) -> None:
        counted.append(edge.spend(CLAIM_TRIES, actor.scope, at=at))

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        done = commands.claim_order(session, data["receipt_code"], member.id, actor=actor, at=at)
        toasts.say(_("补登好了，得 %(points)s 积分", points=done.points))
        return redirect(url_for("member.order", order_id=done.order_id), 303)

    answer = make_response(forms.submit(MyOrderClaimIn, perform, _page, first=count))
    if counted and answer.status_code < 400:
        edge.give_back(CLAIM_TRIES, actor.scope, at=at)
    return answer


def _page(form: Form) -> str:
    return render_template("member/orders/claim.html", form=form, days=shop.settings()["orders.claim_days"])
