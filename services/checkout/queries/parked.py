"""Carts that wait at a store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.checkout import permissions
from services.checkout.models import ParkedCart
from services.identity.models import Staff
from services.shared.actors import Actor

KEPT = timedelta(days=2)  # who has not come back by then is not coming
MOST = 50


@dataclass(frozen=True)
class ParkedLine:
    """A cart that waits, and the name of who put it there."""

    id: int
    label: str
    cart: dict[str, Any]
    member_id: int | None
    created_at: datetime
    staff: str


def list_parked(session: Session, store_id: int, *, actor: Actor, at: datetime) -> list[ParkedLine]:
    """What waits at a store, the latest first."""
    actor.require(permissions.ORDERS_CREATE, store_id)
    rows = session.execute(
        select(
            ParkedCart.id, ParkedCart.label, ParkedCart.cart, ParkedCart.member_id, ParkedCart.created_at,
            func.coalesce(Staff.name, ""),
        )
        .outerjoin(Staff, Staff.id == ParkedCart.staff_id)
        .where(ParkedCart.store_id == store_id, ParkedCart.taken_at.is_(None), ParkedCart.created_at > at - KEPT)
        .order_by(ParkedCart.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return [ParkedLine(*row) for row in rows]
