"""Coupons go from one card to another of the same person. What either was given counts in the share of both (issuing.py)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from services.coupons.commands.events import note
from services.coupons.models import Coupon
from services.shared.actors import Actor

_coupons: Any = Coupon.__table__


def hand_on_coupons(
    session: Session, from_id: int, to_id: int, only: Collection[int] | None = None, *, actor: Actor, at: datetime
) -> list[int]:
    """The coupons that can still be used (`only` these); their ids. Each says so in its story."""
    free = or_(_coupons.c.state == "issued", and_(_coupons.c.state == "reserved", _coupons.c.reserved_until <= at))
    good = or_(_coupons.c.expires_at.is_(None), _coupons.c.expires_at > at)
    mine = select(_coupons.c.id).where(_coupons.c.member_id == from_id, free, good).order_by(_coupons.c.id)
    if only is not None:
        mine = mine.where(_coupons.c.id.in_(only))
    moved = list(session.scalars(mine.with_for_update()))
    session.execute(
        update(_coupons)
        .where(_coupons.c.id.in_(moved))
        .values(member_id=to_id, state="issued", reserved_for=None, reserved_until=None)
    )
    for coupon_id in moved:
        note(session, coupon_id, "merge", member_id=to_id, actor=actor, at=at)
    session.expire_all()
    return moved
