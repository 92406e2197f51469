"""What has to hold in the books of orders, whatever happened: `changke verify` asks it of every order."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session

from services.orders.models import LineShare, Order, OrderCounter, OrderLine, Refund, RefundLine, RefundTender, Tender


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every order that does not add up."""
    for query, words in (
        (_tenders(), "Σ tenders {found} ≠ due {due}"),
        (_lines(), "Σ lines {found} ≠ due {due}"),
        (_list_prices(), "Σ list prices {found} ≠ list total {due}"),
        (_paid(), "paid {found} ≠ due {due}"),
        (_refunds(), "Σ refunds {found} ≠ refunded {due}"),
        (_refunded_lines(), "Σ refunded of lines {found} ≠ refunded {due}"),
        (_refunded_tenders(), "Σ refunded of tenders {found} ≠ refunded {due}"),
        (_back(RefundLine, OrderLine, OrderLine.refunded_amount), "a line: Σ of its refunds {found} ≠ refunded {due}"),
        (_back(RefundTender, Tender, Tender.refunded), "a tender: Σ of its refunds {found} ≠ refunded {due}"),
        (_too_much(), "refunded {found} of {due} that were paid"),
    ):
        for number, order_id, found, due in session.execute(query):
            yield f"order {number} (id {order_id}): " + words.format(found=found, due=due)
    for number, times in session.execute(_numbers()):
        yield f"order number {number} is used {times} times"
    for store_id, day, last, highest in session.execute(_counters()):
        yield f"store {store_id}, {day}: the counter says {last}, the highest number is {highest}"


def _summed(amounts: Any, wanted: Any) -> Select[Any]:
    """Orders whose `amounts` (a query of order_id, total) are not what they should be."""
    found = func.coalesce(amounts.c.total, 0)
    joined = select(Order.number, Order.id, found, wanted).outerjoin(amounts, amounts.c.order_id == Order.id)
    return joined.where(found != wanted).order_by(Order.id)


def _tenders() -> Select[Any]:
    return _summed(
        select(Tender.order_id, func.sum(Tender.amount).label("total")).group_by(Tender.order_id).subquery(), Order.due
    )


def _lines() -> Select[Any]:
    total = func.sum(OrderLine.amount).label("total")
    return _summed(select(OrderLine.order_id, total).group_by(OrderLine.order_id).subquery(), Order.due)


def _list_prices() -> Select[Any]:
    """Before discounts: what the lines cost plus what their shares took off."""
    shares = select(LineShare.line_id, func.sum(LineShare.amount).label("off")).group_by(LineShare.line_id).subquery()
    total = func.sum(OrderLine.amount - func.coalesce(shares.c.off, 0)).label("total")
    lines = select(OrderLine.order_id, total).outerjoin(shares, shares.c.line_id == OrderLine.id)
    return _summed(lines.group_by(OrderLine.order_id).subquery(), Order.list_total)


def _paid() -> Any:
    gained = Order.points_after - Order.points_before + Order.points_spent  # nothing yet where they are pending
    wrong = or_(Order.paid != Order.due, and_(gained != Order.points_earned, gained != 0))
    return select(Order.number, Order.id, Order.paid, Order.due).where(wrong).order_by(Order.id)


def _refunds() -> Select[Any]:
    total = func.sum(Refund.amount).label("total")
    return _summed(select(Refund.order_id, total).group_by(Refund.order_id).subquery(), Order.refunded)


def _refunded_lines() -> Select[Any]:
    total = func.sum(OrderLine.refunded_amount).label("total")
    return _summed(select(OrderLine.order_id, total).group_by(OrderLine.order_id).subquery(), Order.refunded)


def _refunded_tenders() -> Select[Any]:
    total = func.sum(Tender.refunded).label("total")
    return _summed(select(Tender.order_id, total).group_by(Tender.order_id).subquery(), Order.refunded)


def _back(part: Any, owner: Any, refunded: Any) -> Any:
    """Lines or tenders whose own figure is not the sum of what refunds say."""
    key = part.line_id if part is RefundLine else part.tender_id
    sums = select(key.label("owner"), func.sum(part.amount).label("total")).group_by(key).subquery()
    found = func.coalesce(sums.c.total, 0)
    joined = select(Order.number, Order.id, found, refunded).join(owner, owner.order_id == Order.id)
    return joined.outerjoin(sums, sums.c.owner == owner.id).where(found != refunded).order_by(Order.id)


def _too_much() -> Any:
    """More went back than was paid, of an order, a line or a tender."""
    lines = select(OrderLine.order_id).where(
        or_(OrderLine.refunded_amount > OrderLine.amount, OrderLine.refunded_quantity > OrderLine.quantity)
    )
    tenders = select(Tender.order_id).where(Tender.refunded > Tender.amount)
    wrong = or_(Order.refunded > Order.paid, Order.id.in_(lines), Order.id.in_(tenders))
    return select(Order.number, Order.id, Order.refunded, Order.paid).where(wrong).order_by(Order.id)


def _numbers() -> Any:
    times = func.count(literal_column("1"))
    return select(func.min(Order.number), times).group_by(Order.store_id, Order.day, Order.number).having(times > 1)


def _counters() -> Any:
    """Numbers have no gaps: the counter, the highest sequence and the count of a store's day agree."""
    orders = (
        select(
            Order.store_id, Order.day, func.max(Order.sequence).label("highest"), func.count(Order.id).label("count")
        )
        .group_by(Order.store_id, Order.day)
        .subquery()
    )
    joined = select(OrderCounter.store_id, OrderCounter.day, OrderCounter.last, orders.c.highest).join(
        orders, (orders.c.store_id == OrderCounter.store_id) & (orders.c.day == OrderCounter.day)
    )
    return joined.where(or_(OrderCounter.last != orders.c.highest, OrderCounter.last != orders.c.count))
