"""What the orders of one person say, whichever of their cards they stand under."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.orders.models import Order, OrderHandover, Refund


def get_figures(session: Session, member_ids: Collection[int]) -> dict[str, Any]:
    """How many orders stand, what is still spent (fen), the first and the last."""
    figures = (
        func.count().filter(Order.state != "refunded").label("orders"),
        func.coalesce(func.sum(Order.paid - Order.refunded), 0).label("spent"),
        func.min(Order.completed_at).label("first_order_at"),
        func.max(Order.completed_at).label("last_order_at"),
    )
    row = session.execute(select(*figures).where(Order.member_id.in_(member_ids))).one()
    return dict(row._mapping) | {"spent": int(row.spent)}


def count_reversals(session: Session, member_ids: Collection[int]) -> list[int]:
    """How many times orders of these cards were refunded, and went to somebody or came: when it is another, something moved."""
    theirs = or_(*(each.in_(member_ids) for each in (Order.member_id, Order.payer_id, Order.earner_id)))
    refunds = select(func.count(Refund.id)).join(Order, Order.id == Refund.order_id).where(theirs)
    whose = or_(OrderHandover.from_member_id.in_(member_ids), OrderHandover.to_member_id.in_(member_ids))
    handovers = select(func.count(OrderHandover.id)).where(whose)
    return [session.scalar(refunds) or 0, session.scalar(handovers) or 0]
