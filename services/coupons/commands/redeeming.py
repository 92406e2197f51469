"""Using coupons up, and taking that back. Each step is one conditional UPDATE: of many at once exactly one succeeds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.coupons import permissions
from services.coupons.commands.events import note
from services.coupons.commands.merging import hand_on_coupons
from services.coupons.errors import CouponNotFound, CouponUnusable, UndoByRefund, UndoElsewhere, UndoTooLate
from services.coupons.events import CouponRedeemed, CouponReturned, CouponRevoked
from services.coupons.models import Coupon, CouponTemplate
from services.members.queries import keeper_of
from services.shared.actors import Actor
from services.shared.events import announce

RESERVATION = timedelta(minutes=15)

_coupons: Any = Coupon.__table__
_mine = or_(
    _coupons.c.state == "issued",
    and_(
        _coupons.c.state == "reserved",
        or_(_coupons.c.reserved_for == bindparam("cart"), _coupons.c.reserved_until <= bindparam("now")),
    ),
)
_usable = and_(
    _coupons.c.id == bindparam("coupon"),
    _mine,
    or_(_coupons.c.expires_at.is_(None), _coupons.c.expires_at > bindparam("now")),
)
_REDEEM = (
    update(_coupons)
    .where(_usable, _coupons.c.member_id.is_not_distinct_from(bindparam("member")))
    .values(
        state="redeemed", redeemed_at=bindparam("now"), order_id=bindparam("order"), store_id=bindparam("store"),
        saved=bindparam("fen"), reserved_for=None, reserved_until=None,
    )
    .returning(_coupons.c.template_id, _coupons.c.member_id)
)  # fmt: skip
_RESERVE = (
    update(_coupons)
    .where(_usable)
    .values(state="reserved", reserved_for=bindparam("cart"), reserved_until=bindparam("until"))
)
_RELEASE = (
    update(_coupons)
    .where(_coupons.c.state == "reserved", _coupons.c.reserved_for == bindparam("cart"))
    .values(state="issued", reserved_for=None, reserved_until=None)
)


def redeem(
    session: Session,
    coupon_id: int,
    *,
    member_id: int | None,
    saved: int,
    store_id: int,
    order_id: int | None = None,
    cart: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Use a coupon of a member up (None: one that nobody holds). `cart` names the parked cart that holds it reserved, if one does.

    Raises CouponUnusable (409), also when it went to somebody else since it was looked at.
    """
    given = {
        "coupon": coupon_id, "member": member_id, "cart": cart, "now": at, "order": order_id, "store": store_id,
        "fen": saved,
    }  # fmt: skip
    row = session.connection().execute(_REDEEM, given).first()
    if row is None:
        state = _state(session, coupon_id, at)
        raise CouponUnusable(coupon_id, "passed_on" if state == "issued" else state)
    note(
        session, coupon_id, "redeem", member_id=row.member_id, order_id=order_id, store_id=store_id, actor=actor, at=at
    )
    announce(session, CouponRedeemed(coupon_id, row.template_id, row.member_id, order_id, store_id, saved), at=at)


def reserve(session: Session, coupon_ids: Sequence[int], cart: str, *, actor: Actor, at: datetime) -> None:
    """Hold coupons for a parked cart for fifteen minutes. Raises CouponUnusable."""
    for coupon_id in coupon_ids:
        given = {"coupon": coupon_id, "cart": cart, "now": at, "until": at + RESERVATION}
        if not session.connection().execute(_RESERVE, given).rowcount:
            raise CouponUnusable(coupon_id, _state(session, coupon_id, at))
        note(session, coupon_id, "reserve", words=cart, actor=actor, at=at)


def release(session: Session, cart: str) -> None:
    """Let go of what a parked cart holds."""
    session.connection().execute(_RELEASE, {"cart": cart})


def undo_redemption(
    session: Session,
    coupon_id: int,
    *,
    window: timedelta | None = None,
    store_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Take back a redemption that no order carries, by the store that made it, within `window` (None: the template's).

    Raises UndoTooLate, UndoElsewhere (when `store_id`, where this is asked, is another), UndoByRefund, CouponUnusable also for one
    that has expired meanwhile: it stays used, as after a refund.
    """
    # Read now and held: what is judged here is the very redemption that is taken back.
    coupon = session.get(Coupon, coupon_id, populate_existing=True, with_for_update=True)
    if coupon is None:
        raise CouponNotFound
    actor.require(permissions.COUPONS_UNDO, coupon.store_id)
    if window is None:
        window = timedelta(minutes=session.get_one(CouponTemplate, coupon.template_id).undo_minutes)
    if store_id is not None and coupon.store_id not in (None, store_id):
        raise UndoElsewhere
    if coupon.order_id is not None:
        raise UndoByRefund
    if coupon.redeemed_at is None:
        raise CouponUnusable(coupon_id, _state(session, coupon_id, at))
    if at - coupon.redeemed_at > window:
        raise UndoTooLate
    if coupon.expires_at is not None and coupon.expires_at <= at:
        raise CouponUnusable(coupon_id, "expired")
    alone = _coupons.c.order_id.is_(None)
    used_at = coupon.store_id
    _return(session, coupon_id, alone, "undo", order_id=None, actor=actor, at=at)
    audit.record(session, "coupons:undo", ("coupon", coupon_id), actor=actor, at=at, store_id=used_at)


def give_back(session: Session, coupon_id: int, *, order_id: int, actor: Actor, at: datetime) -> bool:
    """Return a coupon because its order was refunded whole; False when it has expired meanwhile (it stays used)."""
    expires_at = session.scalar(select(Coupon.expires_at).where(Coupon.id == coupon_id))
    if expires_at is not None and expires_at <= at:
        return False
    _return(session, coupon_id, _coupons.c.order_id == order_id, "give_back", order_id=order_id, actor=actor, at=at)
    return True


def revoke_coupon(session: Session, coupon_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Withdraw a coupon that was not used. Raises CouponUnusable."""
    actor.require(permissions.COUPONS_REVOKE)
    changed = session.connection().execute(
        update(_coupons)
        .where(_coupons.c.id == coupon_id, _coupons.c.state.in_(("issued", "reserved")))
        .values(state="revoked", reserved_for=None, reserved_until=None)
        .returning(_coupons.c.member_id)
    )
    row = changed.first()
    if row is None:
        raise CouponUnusable(coupon_id, _state(session, coupon_id, at))
    note(session, coupon_id, "revoke", member_id=row.member_id, words=reason, actor=actor, at=at)
    audit.record(
        session, "coupons:revoke", ("coupon", coupon_id), actor=actor, at=at, member_id=row.member_id,
        changes={"reason": reason},
    )  # fmt: skip
    announce(session, CouponRevoked(coupon_id, row.member_id), at=at)


def _return(
    session: Session, coupon_id: int, only: Any, kind: str, *, order_id: int | None, actor: Actor, at: datetime
) -> None:
    changed = session.connection().execute(
        update(_coupons)
        .where(_coupons.c.id == coupon_id, _coupons.c.state == "redeemed", only)
        .values(state="issued", redeemed_at=None, order_id=None, store_id=None, saved=0)
        .returning(_coupons.c.member_id)
    )
    row = changed.first()
    if row is None:
        raise CouponUnusable(coupon_id, _state(session, coupon_id, at))
    note(session, coupon_id, kind, member_id=row.member_id, order_id=order_id, actor=actor, at=at)
    holder = row.member_id
    if holder is not None and (keeper := keeper_of(session, holder)) != holder:
        hand_on_coupons(session, holder, keeper, [coupon_id], actor=actor, at=at)
        holder = keeper
    announce(session, CouponReturned(coupon_id, holder, order_id), at=at)


def _state(session: Session, coupon_id: int, at: datetime) -> str:
    row = session.execute(select(_coupons.c.state, _coupons.c.expires_at).where(_coupons.c.id == coupon_id)).first()
    if row is None:
        raise CouponNotFound
    over = row.expires_at is not None and row.expires_at <= at and row.state in ("issued", "reserved")
    return "expired" if over else str(row.state)
