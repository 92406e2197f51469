"""首页: the code card first, then what one has, then what is new. And the points that explain themselves."""

from flask import render_template, request, url_for

from services.catalog import queries as catalog
from services.loyalty import queries as loyalty
from services.messaging import queries as messaging
from services.orders import queries as orders
from services.stores import queries as stores
from services.stores.models import Store
from webapp.member import blueprint
from webapp.web import edge, guards, people

LATEST, NEW, PAGE = 3, 6, 30


@blueprint.get("/")
@guards.member
def home() -> str:
    """What opens from the home screen's icon; kept on the phone for when there is no network."""
    session, member = edge.read(), people.member()
    store = _home_store(member.store_id)
    latest = orders.list_orders_of_member(session, member.id, limit=LATEST)
    return render_template(
        "member/home.html",
        member=member,
        store=store,
        points=loyalty.get_balance(session, member.id),
        unread=messaging.count_unread(session, member.id),
        latest=latest,
        news=messaging.list_messages(session, member.id, limit=1),
        new_products=catalog.list_newest(session, store.id, limit=NEW) if store else [],
    )


@blueprint.get("/points")
@guards.member
def points() -> str:
    """Where each point came from."""
    session, member = edge.read(), people.member()
    after = request.args.get("after", type=int)
    found = loyalty.list_entries(session, member.id, after=after, limit=PAGE + 1)
    following = url_for("member.points", after=found[PAGE - 1].id) if len(found) > PAGE else None
    return render_template(
        "member/points.html", balance=loyalty.get_balance(session, member.id), entries=found[:PAGE], following=following
    )


def _home_store(store_id: int | None) -> Store | None:
    open_stores = stores.list_open_stores(edge.read())
    return next((store for store in open_stores if store.id == store_id), open_stores[0] if open_stores else None)
