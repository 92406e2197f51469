"""What stands in the way of a card that is to be merged, and of parting it again; what merged cards were given."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon, CouponEvent
from services.members.models import Member

_BACK = ("undo", "give_back")


def find_reserved(session: Session, member_id: int, *, at: datetime) -> list[int]:
    """The coupons that a cart or a pre-order holds now."""
    held = Coupon.member_id == member_id, Coupon.state == "reserved", Coupon.reserved_until > at
    return list(session.scalars(select(Coupon.id).where(*held).order_by(Coupon.id)))


def get_mark(session: Session) -> int:
    """How far the stories of coupons are written."""
    return session.scalar(select(func.max(CouponEvent.id))) or 0


def were_touched(
    session: Session, member_id: int, of: Sequence[int], came: Collection[int], *, mark: int, at: datetime
) -> bool:
    """Whether one of the coupons that came to this member was used, ended or went on since `mark`, or one of the cards `of` came back."""
    whole = (
        Coupon.member_id == member_id,
        Coupon.state == "issued",
        or_(Coupon.expires_at.is_(None), Coupon.expires_at > at),
    )
    there = select(func.count()).select_from(Coupon).where(Coupon.id.in_(came), *whole)
    if session.scalar(there) != len(came):
        return True
    since = select(CouponEvent.id).where(CouponEvent.id > mark)
    used = select(CouponEvent.coupon_id).where(CouponEvent.kind == "redeem", CouponEvent.member_id.in_(of))
    back = CouponEvent.kind.in_(_BACK) & CouponEvent.coupon_id.in_(used)
    return session.scalar(since.where(or_(CouponEvent.coupon_id.in_(came), back)).limit(1)) is not None


def count_of_merged(session: Session, template_id: int, member_id: int) -> int:
    """How many of a template the cards were given that are part of this one now."""
    query = (
        select(func.count())
        .select_from(Member)
        .join(CouponEvent, CouponEvent.member_id == Member.id)
        .join(Coupon, Coupon.id == CouponEvent.coupon_id)
        .where(Member.merged_into == member_id, CouponEvent.kind == "issue", Coupon.template_id == template_id)
    )
    return session.scalar(query) or 0
