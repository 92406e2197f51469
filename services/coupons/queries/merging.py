"""What stands in the way of a card that is to be merged."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon


def find_reserved(session: Session, member_id: int, *, at: datetime) -> list[int]:
    """The coupons that a cart or a pre-order holds now."""
    held = Coupon.member_id == member_id, Coupon.state == "reserved", Coupon.reserved_until > at
    return list(session.scalars(select(Coupon.id).where(*held).order_by(Coupon.id)))
