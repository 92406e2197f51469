"""首页: the code card first, then what one has, then what is new. And the points that explain themselves."""

from typing import Literal

from flask import render_template, request
from flask_babel import gettext as _

from services.catalog import queries as catalog
from services.loyalty import queries as loyalty
from services.members import queries as members
from services.messaging import queries as messaging
from services.orders import queries as orders
from services.shared import clock
from services.stores import queries as stores
from services.stores.models import Store
from webapp.member import blueprint, paging
from webapp.web import edge, guards, i18n, people, shop

LATEST, NEW, PAGE = 3, 6, 30


@blueprint.get("/")
@guards.member
def home() -> str:
    """What opens from the home screen's icon; kept on the phone for when there is no network."""
    session, member = edge.read(), people.member()
    store = _home_store(member.store_id)
    return render_template(
        "member/home.html",
        card=members.get_member(session, member.id),
        note=f"{store.name} · {_hours(store)}" if store else "",
        points=loyalty.get_balance(session, member.id),
        unread=messaging.count_unread(session, member.id),
        newest=next(iter(messaging.list_messages(session, member.id, unread=True, limit=1)), None),
        latest=orders.list_orders_of_member(session, member.id, limit=LATEST),
        new_products=catalog.list_newest(session, store.id, limit=NEW) if store else [],
    )


@blueprint.get("/points")
@guards.member
def points() -> str:
    """Where each point came from."""
    session, member, way = edge.read(), people.member(), _way()
    found = loyalty.list_entries(session, member.id, way=way, after=paging.after(), limit=PAGE + 1)
    numbers = orders.list_numbers(session, {entry.order_id for entry in found if entry.order_id})
    return render_template(
        "member/points.html",
        balance=loyalty.get_balance(session, member.id),
        rule=shop.settings(),
        page=paging.page(
            "member.points", found, PAGE, lambda entry: paging.month_words(entry.at), **({"way": way} if way else {})
        ),
        numbers=numbers,
        way=way,
    )


def _way() -> Literal["in", "out"] | None:
    asked = request.args.get("way")
    return "in" if asked == "in" else "out" if asked == "out" else None


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
