"""补登与改会员: an order comes to a member after it was paid."""

from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout import commands, permissions
from services.checkout.errors import NotHandedOver
from services.checkout.queries.handovers import CORRECTABLE, get_worth_to, why_not_claimed, why_not_reassigned
from services.checkout.queries.refunds import Case, load_case
from services.members import queries as members
from services.orders import queries
from services.orders.permissions import ORDERS_READ
from services.orders.queries import OrderView
from services.orders.schemas import ReassignmentIn
from services.shared import clock
from services.shared.refusals import Forbidden
from services.shared.words import N_
from webapp.staff import asked, blueprint
from webapp.web import edge, forms, guards, i18n, shop, toasts
from webapp.web.forms import Form

FOUND, RECENT = 12, 8
CLAIMED = N_("补登")  # a claim has its reason in itself
REASONS = (N_("扫错了会员码"), N_("选错了会员"), N_("代别人买的"))


@blueprint.get("/orders/<int:order_id>/member")
@guards.staff(ORDERS_READ)
def choose_order_member(order_id: int) -> str:
    """Find the member whose order it is."""
    return _page(_case(order_id), Form({}))


@blueprint.post("/orders/<int:order_id>/member")
@guards.staff(ORDERS_READ)
def set_order_member(order_id: int) -> ResponseReturnValue:
    """Give the order to the member who was chosen."""
    at, actor, case = clock.now(), edge.actor(), _case(order_id)
    order, claims = case.order, case.order.member_id is None

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        if claims:
            done = commands.claim_order(session, order.receipt_code, data["member_id"], actor=actor, at=at)
        else:
            done = commands.reassign_order(session, order.id, data["member_id"], data["reason"], actor=actor, at=at)
        toasts.say(_("已记到%(name)s名下，得 %(points)s 积分", name=done.to_name, points=done.points))
        return redirect(url_for("staff.order", order_id=order.id), 303)

    reason = CLAIMED if claims else request.form.get("reason_chip", "")
    values = {**forms.typed(), "reason": reason}
    return forms.submit(ReassignmentIn, perform, lambda form: _page(_case(order_id), form), values=values)


def may_hand_over(order: OrderView) -> bool:
    """Whether this person may give the order to somebody else now; what was spent on it is asked on the page itself."""
    actor, since, days = edge.actor(), clock.now() - order.completed_at, shop.settings()["orders.claim_days"]
    if order.state not in queries.OPEN_STATES:
        return False
    if order.member_id is None:
        return days > 0 and since <= timedelta(days=days) and actor.may(permissions.ORDERS_CLAIM, order.store_id)
    return since <= CORRECTABLE and actor.may(permissions.ORDERS_REASSIGN, order.store_id)


def _case(order_id: int) -> Case:
    """The order, for somebody who may hand it over. Raises NotFound, Forbidden."""
    actor = edge.actor()
    case = load_case(edge.read(), order_id, actor=actor)
    needed = permissions.ORDERS_CLAIM if case.order.member_id is None else permissions.ORDERS_REASSIGN
    if not actor.may(needed, case.order.store_id):
        raise Forbidden(permission=needed)
    return case


def _page(case: Case, form: Form) -> str:
    session, text, at = edge.read(), asked.text(), clock.now()
    people = (
        members.search_members(session, text, limit=FOUND, asker=edge.actor())
        if text
        else members.list_recent_members(session, shop.current_store().id, limit=RECENT)
    )
    claims = case.order.member_id is None
    shown = [each for each in people if each.id != case.order.member_id and not each.archived]
    stays = why_not_claimed(case, shop.settings(), at) if claims else why_not_reassigned(case, at)
    points = {each.id: get_worth_to(session, case, each.id).points if claims else case.sold.earned for each in shown}
    return render_template(
        "staff/orders/member.html",
        form=form,
        order=case.order,
        case=case,
        claims=claims,
        text=text,
        people=shown,
        points=points,
        stays=i18n.translate(NotHandedOver(stays)) if stays else "",
        reasons=[(words, _(words)) for words in REASONS],
    )
