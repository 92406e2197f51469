"""A coupon leaves its member by a link: not while the member's spending is frozen (coupons do not know of that, nor signin of coupons)."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.coupons import commands as coupons
from services.coupons.errors import TransferGone
from services.coupons.queries.transfers import find_transfer
from services.shared.actors import Actor
from services.signin.queries.freezes import find_freeze, require_unfrozen


def offer_gift(session: Session, coupon_id: int, member_id: int, *, actor: Actor, at: datetime) -> str:
    """Make the link's token, as coupons.offer_transfer does. Raises FrozenSpending, and what that raises."""
    require_unfrozen(session, member_id)
    return coupons.offer_transfer(session, coupon_id, member_id, actor=actor, at=at)


def take_gift(session: Session, token: str, member_id: int, *, actor: Actor, at: datetime) -> int:
    """Take the coupon of a link; returns its id. Raises TransferGone also where the giver is frozen: why is nothing for the taker."""
    offer = find_transfer(session, token, at=at)
    if offer is not None and find_freeze(session, offer.from_member_id) is not None:
        raise TransferGone
    return coupons.take_transfer(session, token, member_id, actor=actor, at=at)
