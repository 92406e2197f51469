"""Saying that somebody has looked at an order that was flagged."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.orders.models import FlaggedOrder
from services.orders.permissions import ORDERS_REVIEW
from services.orders.queries import get_order
from services.shared.actors import Actor


def review_order(session: Session, order_id: int, *, actor: Actor, at: datetime) -> None:
    """Note that `actor` has looked at a flagged order; looking again changes nothing. Raises NotFound, Forbidden."""
    order = get_order(session, order_id, actor=actor)
    actor.require(ORDERS_REVIEW, order.store_id)
    seen_by = actor.id if actor.kind == "staff" else None
    waiting = update(FlaggedOrder).where(FlaggedOrder.order_id == order_id, FlaggedOrder.seen_at.is_(None))
    if session.execute(waiting.values(seen_at=at, seen_by=seen_by).returning(FlaggedOrder.order_id)).first() is None:
        return
    changes = {"number": order.number, "flags": list(order.flags)}
    audit.record(
        session, "orders:review", ("order", order_id), actor=actor, at=at, store_id=order.store_id, changes=changes
    )
