"""订单: what was sold here, one page per order, the receipt to print."""

from datetime import date

from flask import render_template, request, url_for

from services.orders import permissions, queries
from services.shared import clock
from webapp.staff import blueprint
from webapp.web import addresses, edge, guards, i18n, shop

PAGE = 30


@blueprint.get("/orders")
@guards.staff(permissions.ORDERS_READ)
def orders() -> str:
    """One store's orders of a day, the newest first; searching looks at every day."""
    return _page(show="list", order=None)


@blueprint.get("/orders/<int:order_id>")
@guards.staff(permissions.ORDERS_READ)
def order(order_id: int) -> str:
    """One order. One of a store that this person does not see does not exist."""
    return _page(show="detail", order=queries.get_order(edge.read(), order_id, actor=edge.actor()))


@blueprint.get("/orders/<int:order_id>/receipt")
@guards.staff(permissions.ORDERS_READ)
def receipt(order_id: int) -> str:
    """The receipt for a 58 or 80 mm printer."""
    found = queries.get_order(edge.read(), order_id, actor=edge.actor())
    return render_template("staff/orders/receipt.html", order=found, closing=shop.settings()["orders.receipt_note"])


def _page(*, show: str, order: queries.OrderView | None) -> str:
    session, store = edge.read(), shop.current_store()
    text, day = request.args.get("q", "").strip()[:40], _day()
    after = addresses.whole("after")
    found = queries.list_orders(
        session,
        actor=edge.actor(),
        store_id=store.id,
        day=None if text else day,
        number=text,
        after=after,
        limit=PAGE + 1,
    )
    following = (
        url_for("staff.orders", q=text or None, day=day.isoformat(), after=found[PAGE - 1].id)
        if len(found) > PAGE
        else None
    )
    return render_template(
        "staff/orders/index.html",
        show=show,
        order=order,
        orders=found[:PAGE],
        following=following,
        totals=queries.get_day_totals(session, store.id, day),
        store=store,
        q=text,
        day=day,
        today=_today(),
    )


def _today() -> date:
    return i18n.local(clock.now()).date()


def _day() -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return _today()
