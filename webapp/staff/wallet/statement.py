"""A member's wallet: what is in it, every change, and corrections by hand."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.approvals.commands import do_or_ask
from services.approvals.models import Approval
from services.approvals.rules import WALLET
from services.members.queries import MemberCard, get_member
from services.orders.queries import list_numbers
from services.shared import clock
from services.shared.refusals import Invalid
from services.signin import commands as signin
from services.signin.permissions import PROOFS_OVERRIDE
from services.signin.queries import has_wallet_pin
from services.wallet import permissions, queries
from webapp.staff import approvals, asked, blueprint
from webapp.staff.wallet.forms import AdjustmentForm
from webapp.web import edge, forms, guards, people, shop, toasts
from webapp.web.forms import Form

PAGE = 30


@blueprint.get("/members/<int:member_id>/wallet")
@guards.staff(permissions.WALLET_READ)
def wallet(member_id: int) -> str:
    """Balance and statement; `?way=in` or `out` shows one way."""
    session, member = edge.read(), get_member(edge.read(), member_id)
    way: Any = request.args.get("way") if request.args.get("way") in {"in", "out"} else None
    found = queries.list_entries(session, member.id, way=way, after=asked.number("after"), limit=PAGE + 1)
    entries, more = found[:PAGE], len(found) > PAGE
    return render_template(
        "staff/wallet/wallet.html",
        card=member,
        balance=queries.get_balance(session, member.id),
        entries=entries,
        numbers=list_numbers(
            session, {entry.order_id for entry in entries if entry.order_id}, stores=people.seen_stores()
        ),
        way=way,
        has_pin=has_wallet_pin(session, member.id),
        following=url_for("staff.wallet", member_id=member.id, way=way, after=entries[-1].id) if more else "",
    )


@blueprint.post("/members/<int:member_id>/wallet/pin/erase")
@guards.staff(PROOFS_OVERRIDE)
def erase_wallet_pin(member_id: int) -> ResponseReturnValue:
    """Take a forgotten PIN away."""
    at, actor, member = clock.now(), edge.actor(), get_member(edge.read(), member_id)

    def effect(session: Session) -> ResponseReturnValue:
        signin.erase_wallet_pin(session, member.id, actor=actor, at=at)
        toasts.say(_("清掉了，请会员重新设"))
        return redirect(url_for("staff.wallet", member_id=member.id), 303)

    return edge.write(effect)


@blueprint.get("/members/<int:member_id>/wallet/adjust")
@guards.staff(permissions.WALLET_ADJUST)
def new_adjustment(member_id: int) -> str:
    """What is to be corrected, and why."""
    return _adjusting(get_member(edge.read(), member_id), Form({"way": "give", "part": "bonus"}))


@blueprint.post("/members/<int:member_id>/wallet/adjust")
@guards.staff(permissions.WALLET_ADJUST)
def adjust_wallet(member_id: int) -> ResponseReturnValue:
    """Keep the correction; the member is told."""
    at, actor, member = clock.now(), edge.actor(), get_member(edge.read(), member_id)
    store_id = shop.current_store().id

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        signed = data["amount"] if data["way"] == "give" else -data["amount"]
        change = {"principal": 0, "bonus": 0, data["part"]: signed, "reason": data["reason"]}
        try:
            made = do_or_ask(session, WALLET, member.id, change, store_id=store_id, actor=actor, at=at)
        except Invalid as refusal:  # the page has one field for both parts
            refusal.errors = {"amount": next(iter(refusal.errors.values()))}
            raise
        if isinstance(made, Approval):
            return approvals.sent()
        toasts.say(_("调整好了，已经告诉会员"))
        return redirect(url_for("staff.wallet", member_id=member.id), 303)

    return forms.submit(AdjustmentForm, perform, lambda form: _adjusting(member, form))


def _adjusting(member: MemberCard, form: Form) -> str:
    balance = queries.get_balance(edge.read(), member.id)
    return render_template(
        "staff/wallet/adjust.html", card=member, form=form, balance=balance, second_person=approvals.hint(WALLET)
    )
