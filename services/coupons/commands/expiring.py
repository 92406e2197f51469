"""Marking what has expired. Reading knows it before: this only keeps the story and the figures straight."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.coupons.models import Coupon, CouponEvent
from services.shared.actors import SYSTEM

PART = 500

_coupons: Any = Coupon.__table__
_events: Any = CouponEvent.__table__


def expire_coupons(session: Session, *, at: datetime) -> bool:
    """Mark some of the coupons that are past their end; True while there may be more."""
    past = select(_coupons.c.id).where(_coupons.c.state.in_(("issued", "reserved")), _coupons.c.expires_at <= at)
    connection = session.connection()
    marked = connection.execute(
        update(_coupons)
        .where(_coupons.c.id.in_(past.order_by(_coupons.c.expires_at).limit(PART)), _coupons.c.state != "redeemed")
        .values(state="expired", reserved_for=None, reserved_until=None)
        .returning(_coupons.c.id, _coupons.c.member_id)
    ).all()
    if not marked:
        return False
    row = {
        "kind": "expire",
        "order_id": None,
        "store_id": None,
        "note": "",
        "actor_kind": "system",
        "actor_id": None,
        "at": at,
    }
    connection.execute(insert(_events), [{**row, "coupon_id": each.id, "member_id": each.member_id} for each in marked])
    audit.record(session, "coupons:expire", ("coupon", None), actor=SYSTEM, at=at, changes={"total": len(marked)})
    return len(marked) == PART
