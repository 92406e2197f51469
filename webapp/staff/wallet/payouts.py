"""储值退款: the refund sheet step by step, then the payout, then the paper to sign."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.approvals.commands import do_or_ask
from services.approvals.models import Approval
from services.approvals.rules import PAYOUT
from services.checkout.queries.payouts import RefundSheet, get_refund_sheet
from services.members.queries import MemberCard, get_member
from services.shared import clock
from services.wallet import permissions, queries
from services.wallet.errors import NothingToPayOut, PayoutNotFound
from webapp.staff import approvals, blueprint
from webapp.staff.wallet.forms import PayoutForm
from webapp.web import edge, forms, guards, shop
from webapp.web.forms import Form
from webapp.web.wallet_words import WAYS

MOST_TYPED = 4000  # characters of `lots`


@blueprint.get("/members/<int:member_id>/wallet/payout")
@guards.staff(permissions.WALLET_PAY_OUT)
def new_payout(member_id: int) -> str:
    """The sheet of everything that is left, or of the top-ups that `?lots=` names."""
    member = get_member(edge.read(), member_id)
    return _page(member, _sheet(member, request.args.get("lots", "")), None)


@blueprint.post("/members/<int:member_id>/wallet/payout")
@guards.staff(permissions.WALLET_PAY_OUT)
def create_payout(member_id: int) -> ResponseReturnValue:
    """Pay it back and show the paper."""
    at, actor, member = clock.now(), edge.actor(), get_member(edge.read(), member_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        made = do_or_ask(session, PAYOUT, member.id, data, store_id=data["store_id"], actor=actor, at=at)
        if isinstance(made, Approval):
            return approvals.sent()
        return redirect(url_for("staff.payout", member_id=member.id, payout_id=made.id), 303)

    def again(form: Form) -> str:
        return _page(member, _sheet(member, str(form.value("lots"))), form)

    return forms.submit(PayoutForm, perform, again)


@blueprint.get("/members/<int:member_id>/wallet/payouts/<int:payout_id>")
@guards.staff(permissions.WALLET_READ)
def payout(member_id: int, payout_id: int) -> str:
    """The refund sheet as it was, to be printed and signed."""
    found = queries.get_payout(edge.read(), payout_id, actor=edge.actor())
    if found.member_id != member_id:
        raise PayoutNotFound
    return render_template("staff/wallet/payout.html", payout=found)


def _sheet(member: MemberCard, lots: str) -> RefundSheet | None:
    """The sheet, or None where nothing can be paid back."""
    named = [
        int(part) for part in lots[:MOST_TYPED].split(",") if part.isascii() and part.isdigit() and len(part) <= 18
    ]
    try:
        return get_refund_sheet(edge.read(), member.id, named, at=clock.now())
    except NothingToPayOut:
        return None


def _page(member: MemberCard, sheet: RefundSheet | None, form: Form | None) -> str:
    lots = queries.list_open_lots(edge.read(), member.id)
    chosen = [each.lot_id for each in sheet.lots] if sheet else []
    ways = dict.fromkeys([*(sheet.ways(sheet.amount) if sheet else ()), "cash"])
    stored = {"amount": sheet.amount, "tender": next(iter(ways))} if sheet else {}
    return render_template(
        "staff/wallet/new_payout.html",
        card=member,
        sheet=sheet,
        form=form or Form(stored),
        lots=lots,
        everything=len(chosen) == len(lots),
        named="" if len(chosen) == len(lots) else ",".join(str(lot) for lot in chosen),
        ways=list(ways) if sheet and sheet.tenders else list(WAYS),
        store=shop.current_store(),
        second_person=approvals.hint(PAYOUT),
    )
