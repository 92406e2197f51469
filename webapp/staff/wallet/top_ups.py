"""充值 at the counter: three taps for somebody with a queue. What, how it was paid, take it."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.checkout.commands.top_ups import top_up
from services.coupons.models import CouponTemplate
from services.loyalty.queries import tier_of
from services.members.queries import MemberCard, get_member
from services.shared import clock
from services.stores.queries import get_store
from services.wallet import permissions, queries
from services.wallet.errors import TopUpNotFound
from services.wallet.queries import Offer
from webapp.staff import blueprint
from webapp.staff.wallet.forms import TopUpForm
from webapp.web import edge, forms, guards, shop
from webapp.web.forms import Form
from webapp.web.wallet_words import SIGNS, WAYS


@blueprint.get("/members/<int:member_id>/wallet/top-up")
@guards.staff(permissions.WALLET_TOP_UP)
def new_top_up(member_id: int) -> str:
    """What this member may choose from, and how it can be paid."""
    offers = _offers(member_id)
    first = next((offer for offer in offers if not offer.obstacle), None)
    return _page(get_member(edge.read(), member_id), Form({"plan": first.plan.id if first else ""}), offers)


@blueprint.post("/members/<int:member_id>/wallet/top-up")
@guards.staff(permissions.WALLET_TOP_UP)
def create_top_up(member_id: int) -> ResponseReturnValue:
    """Take the money and show what there is now."""
    at, actor, member = clock.now(), edge.actor(), get_member(edge.read(), member_id)

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        made = top_up(session, member.id, data, actor=actor, at=at)
        return redirect(url_for("staff.show_top_up", member_id=member.id, top_up_id=made.id, new=1), 303)

    return forms.submit(TopUpForm, perform, lambda form: _page(member, form, _offers(member.id)))


@blueprint.get("/members/<int:member_id>/wallet/top-ups/<int:top_up_id>")
@guards.staff(permissions.WALLET_READ)
def show_top_up(member_id: int, top_up_id: int) -> str:
    """One top-up: what was taken and given, its number, its receipt."""
    return _shown("staff/wallet/top_up.html", member_id, top_up_id)


@blueprint.get("/members/<int:member_id>/wallet/top-ups/<int:top_up_id>/receipt")
@guards.staff(permissions.WALLET_READ)
def top_up_receipt(member_id: int, top_up_id: int) -> str:
    """The receipt for a 58 or 80 mm printer."""
    return _shown("staff/wallet/top_up_receipt.html", member_id, top_up_id)


def _shown(template: str, member_id: int, top_up_id: int) -> str:
    session, actor = edge.read(), edge.actor()
    found = queries.get_top_up(session, top_up_id, actor=actor)
    if found.member_id != member_id:
        raise TopUpNotFound
    return render_template(
        template,
        top_up=found,
        store=get_store(session, found.store_id, actor=actor),
        closing=shop.settings()["orders.receipt_note"],
    )


def _offers(member_id: int) -> list[Offer]:
    session, cap = edge.read(), shop.settings()["wallet.cap"]
    return queries.list_offers(session, member_id, shop.current_store().id, cap=cap, per_mille=_per_mille(member_id))


def _per_mille(member_id: int) -> int:
    """What the member's level gives on top of a top-up."""
    tier = tier_of(edge.read(), member_id)
    return tier.wallet_bonus if tier else 0


def _page(member: MemberCard, form: Form, offers: list[Offer]) -> str:
    balance, cap = queries.get_balance(edge.read(), member.id), shop.settings()["wallet.cap"]
    return render_template(
        "staff/wallet/new_top_up.html",
        card=member,
        form=form,
        offers=offers,
        coupon_names=coupon_names(offer.plan.template_id for offer in offers),
        balance=balance,
        per_mille=_per_mille(member.id),
        room=max(0, cap - balance.total),
        cap=cap,
        store=shop.current_store(),
        kinds=[(kind, SIGNS[kind]) for kind in WAYS],
    )


def coupon_names(template_ids: Any) -> dict[int, str]:
    """The names of the coupons that come with plans."""
    wanted = {template_id for template_id in template_ids if template_id is not None}
    found = edge.read().query(CouponTemplate).filter(CouponTemplate.id.in_(wanted)) if wanted else ()
    return {template.id: template.name for template in found}
