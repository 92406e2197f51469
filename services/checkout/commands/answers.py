"""补充信息: what the shop asks of an order beyond what everybody does, also after the sale."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.checkout.permissions import ORDERS_CREATE
from services.fields.commands import write_values
from services.orders.queries import get_order
from services.shared.actors import Actor


def answer_order(session: Session, order_id: int, sent: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Keep what was answered about an order, by key: what is empty is taken away, what is not sent stays. Raises NotFound, Invalid."""
    order = get_order(session, order_id, actor=actor)
    actor.require(ORDERS_CREATE, order.store_id)
    changes = write_values(session, "order", order.id, sent, actor=actor)
    if changes:
        audit.record(
            session, "orders:answer", ("order", order.id), actor=actor, at=at, store_id=order.store_id,
            member_id=order.member_id, changes=changes,
        )  # fmt: skip
