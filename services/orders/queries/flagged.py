"""Orders that a manager should look at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.identity.models import Staff
from services.orders.models import FlaggedOrder


@dataclass(frozen=True)
class Look:
    """That somebody has looked at a flagged order."""

    at: datetime
    name: str | None


def count_flagged(session: Session, store_id: int) -> int:
    """How many orders of a store wait for somebody to look at them."""
    waiting = (FlaggedOrder.store_id == store_id, FlaggedOrder.seen_at.is_(None))
    return session.scalar(select(func.count()).select_from(FlaggedOrder).where(*waiting)) or 0


def list_waiting(session: Session, order_ids: Collection[int]) -> set[int]:
    """Which of these orders wait for somebody to look at them."""
    waiting = (FlaggedOrder.order_id.in_(order_ids), FlaggedOrder.seen_at.is_(None))
    return set(session.scalars(select(FlaggedOrder.order_id).where(*waiting)))


def find_look(session: Session, order_id: int) -> Look | None:
    """Who looked at a flagged order, and when; None while nobody has."""
    row: Any = session.execute(
        select(FlaggedOrder.seen_at, Staff.name)
        .outerjoin(Staff, Staff.id == FlaggedOrder.seen_by)
        .where(FlaggedOrder.order_id == order_id, FlaggedOrder.seen_at.is_not(None))
    ).first()
    return Look(*row) if row else None
