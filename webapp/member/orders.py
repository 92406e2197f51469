"""订单: what I bought, with the receipt. On a wide screen the receipt opens beside the list."""

from typing import Any

from flask import render_template, request

from services.checkout.queries.receipts import load_receipt
from services.messaging import queries as messaging
from services.orders import queries
from services.orders.queries import OrderView
from webapp.member import blueprint, paging
from webapp.web import edge, guards, people, shop

PAGE, PAID = 20, "paid"


@blueprint.get("/orders")
@guards.member
def orders() -> str:
    """My orders, the newest first; `?q=` finds by product or number."""
    return _show()


@blueprint.get("/orders/<int:order_id>")
@guards.member
def order(order_id: int) -> str:
    """One receipt. Somebody else's does not exist."""
    session, member = edge.read(), people.member()
    found = queries.get_order_of_member(session, order_id, member_id=member.id)
    refunds = queries.list_refunds(session, order_id) if found.state != PAID else []
    invoice = queries.find_invoice(session, order_id)
    keys = [f"order:{order_id}", *(f"refund:{each.id}" for each in refunds)]
    if invoice and invoice.settled_at:
        keys.append(f"invoice:{order_id}:{invoice.settled_at.isoformat()}")
    told = [messaging.find_message(session, key, member_id=member.id) for key in keys]
    return _show(
        found,
        refunds=refunds,
        told=told,
        invoice=invoice,
        may_ask=queries.may_ask(found, invoice),
        receipt=load_receipt(session, found),
        closing=shop.settings()["orders.receipt_note"],
    )


def _show(chosen: OrderView | None = None, **more: Any) -> str:
    text = request.args.get("q", "").strip()[:40]
    found = queries.list_orders_of_member(
        edge.read(), people.member().id, text=text, after=paging.after(), limit=PAGE + 1
    )
    page = paging.page(
        "member.orders",
        found,
        PAGE,
        lambda each: paging.month_words(each.completed_at),
        **({"q": text} if text else {}),
    )
    return render_template("member/orders.html", page=page, text=text, order=chosen, **more)
