"""订单: what I bought, with the receipt."""

from flask import render_template, request, url_for

from services.orders import queries
from webapp.member import blueprint
from webapp.web import edge, guards, people

PAGE = 20


@blueprint.get("/orders")
@guards.member
def orders() -> str:
    """My orders, the newest first."""
    after = request.args.get("after", type=int)
    found = queries.list_orders_of_member(edge.read(), people.member().id, after=after, limit=PAGE + 1)
    following = url_for("member.orders", after=found[PAGE - 1].id) if len(found) > PAGE else None
    return render_template("member/orders.html", orders=found[:PAGE], following=following)


@blueprint.get("/orders/<int:order_id>")
@guards.member
def order(order_id: int) -> str:
    """One receipt. Somebody else's does not exist."""
    found = queries.get_order_of_member(edge.read(), order_id, member_id=people.member().id)
    return render_template("member/order.html", order=found)
