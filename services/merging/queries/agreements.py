"""Whether somebody has to agree to a merge."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon
from services.loyalty.models import PendingPoints
from services.loyalty.queries import get_balance as get_points
from services.members.models import Member
from services.members.rules.joining import LOSER
from services.wallet.queries import get_balance


def holds_something(session: Session, member_id: int, *, at: datetime) -> bool:
    """Whether there is something on a card that could be taken away: stored value, points, a coupon, or a phone that was proven."""
    if get_balance(session, member_id).total or get_points(session, member_id) > 0:
        return True
    held = Coupon.state.in_(("issued", "reserved")) & or_(Coupon.expires_at.is_(None), Coupon.expires_at > at)
    ways = (
        select(Member.id).where(Member.id == member_id, Member.phone_verified_at.is_not(None)),
        select(PendingPoints.order_id).where(PendingPoints.member_id == member_id),
        select(Coupon.id).where(Coupon.member_id == member_id, held),
    )
    return any(session.scalar(way.limit(1)) is not None for way in ways)


def takes_over(session: Session, winner_id: int, phone: str, *, at: datetime) -> bool:
    """Whether the other card's number would open this one, with what is on it: who agrees for the one does not for the other."""
    return phone == LOSER and holds_something(session, winner_id, at=at)
