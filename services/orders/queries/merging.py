"""What the orders of one person say, whichever of their cards they stand under."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.orders.models import Order


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
