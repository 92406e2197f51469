"""退款与作废: choose what goes back, see every effect before, and print the slip after."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.checkout import commands, permissions
from services.checkout.queries.refunds import Case, Preview, get_refund_preview, is_voidable, load_case
from services.checkout.rules.refunds import wish_of
from services.checkout.rules.tenders import CASH, WALLET
from services.orders import queries
from services.orders.permissions import ORDERS_READ
from services.orders.schemas import RefundIn, RefundWishIn
from services.shared import clock
from services.shared.refusals import Invalid, NotFound, Refusal
from services.shared.words import N_
from services.stores.queries import get_store
from webapp.staff import blueprint
from webapp.web import edge, forms, guards, i18n, toasts
from webapp.web.forms import Form

WAYS = ("whole", "lines", "amount", "void")
REASONS = (N_("口味不对"), N_("做错了"), N_("多点了"), N_("有破损"), N_("顾客不要了"))
VOID_REASONS = (N_("录错了"), N_("重复收款"), N_("顾客不要了"))


@dataclass(frozen=True)
class Asked:
    """What the page's fields say: the way, the pieces by line, the amount as typed, which tenders are given back as cash."""

    way: str
    pieces: dict[int, str]
    amount: str
    in_cash: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """The same as the API would send it."""
        sent: dict[str, Any] = {"in_cash": list(self.in_cash), "void": self.way == "void"}
        if self.way == "lines":
            sent["lines"] = [
                {"line": str(position), "quantity": count}
                for position, count in self.pieces.items()
                if count not in {"", "0"}
            ]
        if self.way == "amount":
            sent["amount"] = self.amount
        return sent


@blueprint.get("/orders/<int:order_id>/refund")
@guards.staff(permissions.REFUNDS_CREATE)
def refund_order(order_id: int) -> str:
    """Choose what goes back; what that does stands beside it and follows every change."""
    return _page(order_id, Form({}))


@blueprint.post("/orders/<int:order_id>/refunds")
@guards.staff(permissions.REFUNDS_CREATE)
def create_refund(order_id: int) -> ResponseReturnValue:
    """Do it, and show the slip."""
    at, actor, asked = clock.now(), edge.actor(), _asked()
    reason = "：".join(filter(None, (request.form.get("reason_chip", ""), request.form.get("reason_more", "").strip())))

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        wish = wish_of(data)
        done = commands.refund_order(session, order_id, wish, data["reason"], seen=data["seen"], actor=actor, at=at)
        toasts.say(_("作废好了") if wish.way == "void" else _("退好了"))
        return redirect(url_for("staff.refund", order_id=order_id, refund_id=done.id), 303)

    values = {**forms.typed(), **asked.data(), "reason": reason}
    return forms.submit(RefundIn, perform, lambda form: _page(order_id, form), values=values)


@blueprint.get("/orders/<int:order_id>/refunds/<int:refund_id>")
@guards.staff(ORDERS_READ)
def refund(order_id: int, refund_id: int) -> str:
    """What went back, with the slip to print."""
    session, actor = edge.read(), edge.actor()
    order = queries.get_order(session, order_id, actor=actor)
    found = queries.get_refund(session, refund_id, actor=actor)
    if found.order_id != order.id:
        raise NotFound("refund_not_found")
    store = get_store(session, order.store_id, actor=actor)
    return render_template("staff/refunds/slip.html", order=order, refund=found, store=store)


def _page(order_id: int, form: Form) -> str:
    session, actor, at, asked = edge.read(), edge.actor(), clock.now(), _asked()
    case = load_case(session, order_id, actor=actor)
    actor.require(permissions.REFUNDS_CREATE, case.order.store_id)
    preview, trouble = _preview(case, asked)
    return render_template(
        "staff/refunds/new.html",
        form=form,
        case=case,
        order=case.order,
        asked=asked,
        preview=preview,
        trouble=trouble,
        reasons=[(words, _(words)) for words in (VOID_REASONS if asked.way == "void" else REASONS)],
        may_void=is_voidable(session, case, at=at),
        external=[tender.kind for tender in case.sold.tenders if tender.left and tender.kind not in {CASH, WALLET}],
    )


def _preview(case: Case, asked: Asked) -> tuple[Preview | None, str]:
    """What is asked for would do this; or why it cannot be done, in words (none before anything was chosen)."""
    data = asked.data()
    if asked.way in {"lines", "amount"} and not (data.get("lines") or data.get("amount")):
        return None, ""
    try:
        wish = wish_of(forms.load(RefundWishIn, data))
        return get_refund_preview(edge.read(), case.order.id, wish, actor=edge.actor(), at=clock.now()), ""
    except Invalid as refusal:
        return None, str(_(next(iter(refusal.errors.values()))[0])) if refusal.errors else i18n.translate(refusal)
    except Refusal as refusal:
        return None, i18n.translate(refusal)


def _asked() -> Asked:
    """What the fields say, from the address (a look) or the form (the deed)."""
    sent = request.form if request.method == "POST" else request.args
    way = sent.get("way", "whole")
    pieces = {
        int(name.removeprefix("pieces_")): value.strip()[:4]
        for name, value in sent.items()
        if name.removeprefix("pieces_").isascii() and name.removeprefix("pieces_").isdigit() and len(name) < 12
    }
    return Asked(
        way if way in WAYS else "whole",
        pieces,
        sent.get("refund_amount", "").strip()[:20],
        tuple(dict.fromkeys(kind[:20] for kind in sent.getlist("in_cash[]"))),
    )
