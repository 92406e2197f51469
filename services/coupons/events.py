"""What happens to coupons."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class CouponIssued(Event):
    """A member was given a coupon; `source` is welcome, manual, claim, public_code, top_up, tier, gift, campaign…"""

    coupon_id: int
    template_id: int
    member_id: int
    source: str


@dataclass(frozen=True)
class CouponRedeemed(Event):
    """A coupon was used up: by an order, or by itself where it may be; `saved` is fen."""

    coupon_id: int
    template_id: int
    member_id: int | None
    order_id: int | None
    store_id: int
    saved: int


@dataclass(frozen=True)
class CouponReturned(Event):
    """A redemption was taken back (undo, or the whole order was refunded): the coupon may be used again."""

    coupon_id: int
    member_id: int | None
    order_id: int | None


@dataclass(frozen=True)
class CouponRevoked(Event):
    """A coupon was withdrawn by the shop."""

    coupon_id: int
    member_id: int | None


@dataclass(frozen=True)
class CouponTransferred(Event):
    """A coupon went to somebody else by a link."""

    coupon_id: int
    from_member_id: int
    to_member_id: int


@dataclass(frozen=True)
class CouponGiven(Event):
    """Somebody decided to give a member a coupon, or it is the welcome gift: the member is told. CouponIssued comes with it."""

    coupon_id: int
    member_id: int


@dataclass(frozen=True)
class CouponRedeemedAlone(Event):
    """A member's coupon was used by itself, without a sale that would tell of it; `saved` is fen. CouponRedeemed comes with it."""

    coupon_id: int
    member_id: int
    store_id: int
    saved: int
    redemption_id: int
