"""卡券: what I have stored, what became of it, what may be topped up, and my coupons."""

from typing import Literal

from flask import render_template, request
from sqlalchemy.orm import Session

from services.coupons.models import CouponTemplate
from services.loyalty.queries import tier_of
from services.messaging import queries as messaging
from services.orders.queries import list_numbers
from services.shared import clock
from services.signin.queries import find_cool_down
from services.stores.queries import list_open_stores
from services.wallet import queries
from services.wallet.queries import EntryView
from webapp.member import blueprint, paging
from webapp.member.coupons import mine
from webapp.web import edge, guards, people, shop

LATEST, PAGE = 3, 30


@blueprint.get("/wallet")
@guards.member
def wallet() -> str:
    """Balance, plans, coupons and what changed last."""
    session, member = edge.read(), people.member()
    cap, tier = shop.settings()["wallet.cap"], tier_of(session, member.id)
    offers = queries.list_offers(session, member.id, None, cap=cap, per_mille=tier.wallet_bonus if tier else 0)
    entries = queries.list_entries(session, member.id, limit=LATEST)
    return render_template(
        "member/wallet/wallet.html",
        balance=queries.get_balance(session, member.id),
        cap=cap,
        offers=[offer for offer in offers if offer.obstacle != "used_up"],
        coupon_names=_coupon_names(session, {offer.plan.template_id for offer in offers if offer.plan.template_id}),
        store_names={store.id: store.name for store in list_open_stores(session)},
        entries=entries,
        numbers=_numbers(session, entries),
        cooling=find_cool_down(session, member.id, at=clock.now()),
        mine=mine(session, member.id, clock.now()),
    )


@blueprint.get("/wallet/statement")
@guards.member
def wallet_statement() -> str:
    """Every change, month by month; `?way=in` or `out` shows one way."""
    session, member, way = edge.read(), people.member(), _way()
    found = queries.list_entries(session, member.id, way=way, after=paging.after(), limit=PAGE + 1)
    filters = {"way": way} if way else {}
    return render_template(
        "member/wallet/statement.html",
        balance=queries.get_balance(session, member.id),
        page=paging.page("member.wallet_statement", found, PAGE, lambda each: paging.month_words(each.at), **filters),
        numbers=_numbers(session, found),
        way=way,
    )


@blueprint.get("/wallet/top-ups/<int:top_up_id>")
@guards.member
def wallet_top_up(top_up_id: int) -> str:
    """One top-up of mine. Somebody else's does not exist."""
    session, member = edge.read(), people.member()
    found = queries.get_top_up_of_member(session, top_up_id, member_id=member.id)
    told = messaging.find_message(session, f"top_up:{found.id}", member_id=member.id)
    return render_template("member/wallet/top_up.html", top_up=found, told=told)


def _way() -> Literal["in", "out"] | None:
    asked = request.args.get("way")
    return "in" if asked == "in" else "out" if asked == "out" else None


def _numbers(session: Session, entries: list[EntryView]) -> dict[int, str]:
    return list_numbers(session, {entry.order_id for entry in entries if entry.order_id})


def _coupon_names(session: Session, template_ids: set[int]) -> dict[int, str]:
    if not template_ids:
        return {}
    found = session.query(CouponTemplate).filter(CouponTemplate.id.in_(template_ids))
    return {template.id: template.name for template in found}
