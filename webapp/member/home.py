"""首页: the code card first, then what one has, then what is new."""

from datetime import timedelta

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.catalog import queries as catalog
from services.coupons import queries as coupons
from services.coupons.queries import HeldCoupon
from services.family import queries as families
from services.forms import queries as forms
from services.loyalty import queries as loyalty
from services.members import queries as members
from services.messaging import queries as messaging
from services.orders import queries as orders
from services.shared import clock
from services.signin.queries.freezes import find_freeze
from services.stores import queries as stores
from services.stores.models import Store
from services.wallet import queries as wallet
from webapp.member import blueprint
from webapp.web import edge, guards, i18n, levels, people, points_words, shop

LATEST, NEW = 3, 6
SOON = timedelta(days=7)  # a coupon that ends within is named


@blueprint.get("/")
@guards.member
def home() -> str:
    """What opens from the home screen's icon; kept on the phone for when there is no network."""
    session, member, at = edge.read(), people.member(), clock.now()
    store = _home_store(member.store_id)
    usable = coupons.list_usable(session, member.id, at=at)
    return render_template(
        "member/home.html",
        **levels.progress_words(session, member.id),
        wallet=wallet.get_balance(session, member.id).total,
        wallet_page=url_for("member.wallet") if "member.wallet" in current_app.view_functions else "",
        coupons=len(usable),
        expiring=next((_ends(each) for each in usable if each.expires_at and each.expires_at <= at + SOON), ""),
        card=members.get_member(session, member.id),
        note=f"{store.name} · {_hours(store)}" if store else "",
        points=loyalty.get_balance(session, member.id),
        frozen=find_freeze(session, member.id) is not None,
        family_coming=families.find_coming(session, member.id, shop.settings(), i18n.local(at).date()),
        waiting_forms=[
            (each, forms.get_form(session, each.form_id)) for each in forms.list_waiting(session, member_id=member.id)
        ],
        unread=messaging.count_unread(session, member.id),
        newest=next(iter(messaging.list_messages(session, member.id, unread=True, limit=1)), None),
        latest=orders.list_orders_of_member(session, member.id, limit=LATEST),
        new_products=_new_products(session, member.id, store) if store else [],
    )


def _new_products(session: Session, member_id: int, store: Store) -> list[catalog.ProductView]:
    """What is new, and what is not there yet for anybody but this member's level."""
    tier, day = loyalty.tier_of(session, member_id), i18n.local(clock.now()).date()
    return catalog.list_newest(session, store.id, limit=NEW, day=day, early_days=tier.early_days if tier else 0)


def _ends(coupon: HeldCoupon) -> str:
    """满100减20，11月24日到期."""
    assert coupon.expires_at is not None
    return str(_("%(name)s，%(day)s到期", name=coupon.name, day=points_words.last_day(coupon.expires_at)))


def _home_store(store_id: int | None) -> Store | None:
    open_stores = stores.list_open_stores(edge.read())
    return next((store for store in open_stores if store.id == store_id), open_stores[0] if open_stores else None)


def _hours(store: Store) -> str:
    """营业至 21:30, 09:00 开门, or both times where a store is open past midnight."""
    now = i18n.clock_time(clock.now())
    if store.closes <= store.opens:
        return str(_("营业 %(opens)s–%(closes)s", opens=store.opens, closes=store.closes))
    if now < store.opens:
        return str(_("今天 %(time)s 开门", time=store.opens))
    if now < store.closes:
        return str(_("营业至 %(time)s", time=store.closes))
    return str(_("已打烊，明天 %(time)s 开门", time=store.opens))
