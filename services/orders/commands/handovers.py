"""Writing down that an order came to a member after it was paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.orders.models import Order, OrderHandover, OrderLine
from services.orders.queries.handovers import CLAIM, HandoverView, get_handover
from services.shared.actors import Actor


@dataclass(frozen=True)
class HandoverDraft:
    """A handover whose points have moved. `order` are the columns of the order that change, `multipliers` those of its lines by place."""

    order_id: int
    store_id: int
    sequence: int
    kind: str
    from_member_id: int | None
    to_member_id: int
    points: int
    growth: int
    debt: int
    reason: str
    order: Mapping[str, Any]
    multipliers: Mapping[int, int]


def record_handover(session: Session, draft: HandoverDraft, *, actor: Actor, at: datetime) -> HandoverView:
    """Write a handover of an order that the caller holds."""
    changed = {"member_id": draft.to_member_id, **draft.order}
    quietly = {"synchronize_session": False}
    session.execute(update(Order).where(Order.id == draft.order_id).values(changed), execution_options=quietly)
    for position, multiplier in draft.multipliers.items():
        line = (OrderLine.order_id == draft.order_id, OrderLine.position == position)
        session.execute(update(OrderLine).where(*line).values(multiplier=multiplier), execution_options=quietly)
    row = OrderHandover(
        order_id=draft.order_id, sequence=draft.sequence, kind=draft.kind, from_member_id=draft.from_member_id,
        to_member_id=draft.to_member_id, points=draft.points, growth=draft.growth, debt=draft.debt, reason=draft.reason,
        actor_kind=actor.kind, actor_id=actor.id, at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    subject = ("order", draft.order_id)
    changes = {"member": [draft.from_member_id, draft.to_member_id], "points": draft.points, "reason": draft.reason}
    whose = {"member_id": draft.to_member_id}
    if draft.kind == CLAIM:
        audit.record(
            session, "orders:claim", subject, **whose, actor=actor, at=at, store_id=draft.store_id, changes=changes
        )
    else:
        audit.record(
            session, "orders:reassign", subject, **whose, actor=actor, at=at, store_id=draft.store_id, changes=changes
        )
    session.expire_all()
    return get_handover(session, row.id)
