"""Links by which coupons go to somebody else."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.coupons.models import CouponTransfer
from services.shared import runtime


def _open(at: datetime) -> tuple[Any, ...]:
    return (
        CouponTransfer.taken_at.is_(None),
        CouponTransfer.cancelled_at.is_(None),
        CouponTransfer.expires_at > at,
    )


def find_transfer(session: Session, token: str, *, at: datetime) -> CouponTransfer | None:
    """The open offer behind a link's token; None when it was taken, taken back, or is too old."""
    hashed = runtime.keys().hash(token)
    return session.scalar(select(CouponTransfer).where(CouponTransfer.token_hash == hashed, *_open(at)))


def find_offer(session: Session, coupon_id: int, *, at: datetime) -> tuple[CouponTransfer, str] | None:
    """The open offer of a coupon with the clear token of its link, for who made it."""
    offer = session.scalar(select(CouponTransfer).where(CouponTransfer.coupon_id == coupon_id, *_open(at)))
    if offer is None or offer.token_sealed is None:
        return None
    return offer, runtime.keys().decrypt(offer.token_sealed, "coupon_transfer").decode()
