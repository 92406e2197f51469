"""看过了: a manager has looked at an order that came with flags."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.orders import commands
from services.orders.permissions import ORDERS_REVIEW
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import edge, guards, toasts


@blueprint.post("/orders/<int:order_id>/review")
@guards.staff(ORDERS_REVIEW)
def review_order(order_id: int) -> ResponseReturnValue:
    """Note that somebody has looked at it."""
    actor, at = edge.actor(), clock.now()

    def perform(session: Session) -> ResponseReturnValue:
        commands.review_order(session, order_id, actor=actor, at=at)
        return redirect(url_for("staff.order", order_id=order_id), 303)

    answer = edge.write(perform)
    toasts.say(_("记下了"))
    return answer
