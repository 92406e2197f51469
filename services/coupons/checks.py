"""What has to hold between coupons and their stories; `changke verify` asks it of every coupon."""

from collections.abc import Iterator

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon, CouponEvent


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every coupon that was used more than once, or whose state is not what its story says."""
    way = case((CouponEvent.kind == "redeem", 1), (CouponEvent.kind.in_(("undo", "give_back")), -1), else_=0)
    uses = select(CouponEvent.coupon_id, func.sum(way).label("sum")).group_by(CouponEvent.coupon_id).subquery()
    used, redeemed = func.coalesce(uses.c.sum, 0), case((Coupon.state == "redeemed", 1), else_=0)
    for coupon, state, times in session.execute(
        select(Coupon.id, Coupon.state, used)
        .outerjoin(uses, uses.c.coupon_id == Coupon.id)
        .where(used != redeemed)
        .order_by(Coupon.id)
    ):
        yield f"coupon {coupon} is {state}, its story knows {times} uses"
