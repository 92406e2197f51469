"""Coupons in members' hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from services.coupons.errors import CouponNotFound
from services.coupons.models import Coupon, CouponEvent, CouponTemplate
from services.coupons.queries.templates import terms_of
from services.coupons.rules import Terms
from services.shared import ids, runtime

MOST_AT_A_CART = 60  # what a checkout looks at: the first to expire

State = Literal["usable", "used", "over"]


@dataclass(frozen=True)
class HeldCoupon:
    """A coupon as its holder and the checkout see it."""

    id: int
    template_id: int
    member_id: int | None
    name: str
    state: str
    source: str
    terms: Terms
    starts_at: datetime | None
    expires_at: datetime | None
    issued_at: datetime
    redeemed_at: datetime | None
    order_id: int | None
    saved: int
    transferable: bool
    how_to: str
    reserved_for: str | None = None
    reserved_until: datetime | None = None


_c: Any = Coupon.__table__.c
_t: Any = CouponTemplate.__table__.c
_HELD = select(
    _c.id, _c.template_id, _c.member_id, _t.name, _c.state, _c.source, _c.starts_at, _c.expires_at, _c.issued_at,
    _c.redeemed_at, _c.order_id, _c.saved, _t.transferable, _t.how_to, _c.reserved_for, _c.reserved_until,
    _t.kind, _t.value, _t.pays, _t.cap, _t.threshold, _t.scope, _t.stack_group, _t.exclusive, _t.combines_with,
    _t.with_tier, _t.with_points,
).join_from(Coupon.__table__, CouponTemplate.__table__, _t.id == _c.template_id)  # fmt: skip
_there = or_(_c.expires_at.is_(None), _c.expires_at > bindparam("now"))
_USABLE = (
    _HELD.where(_c.member_id == bindparam("member"), _c.state.in_(("issued", "reserved")), _there)
    .order_by(_c.expires_at.is_(None), _c.expires_at, _c.id)
    .limit(MOST_AT_A_CART)
)


def list_usable(session: Session, member_id: int, *, at: datetime) -> list[HeldCoupon]:
    """What a member may try at a checkout, the first to expire first. One query."""
    return [_view(row) for row in session.connection().execute(_USABLE, {"member": member_id, "now": at})]


def list_held(
    session: Session, member_id: int, state: State, *, at: datetime, after: int | None = None, limit: int = 50
) -> list[HeldCoupon]:
    """A member's coupons of one kind: usable, used, or over (expired, revoked)."""
    open_states = _c.state.in_(("issued", "reserved"))
    over = or_(_c.state.in_(("expired", "revoked")), and_(open_states, _c.expires_at.is_not(None), _c.expires_at <= at))
    wanted = {
        "usable": and_(open_states, or_(_c.expires_at.is_(None), _c.expires_at > at)),
        "used": _c.state == "redeemed",
        "over": over,
    }
    query = _HELD.where(_c.member_id == member_id, wanted[state])
    if after is not None:
        query = query.where(_c.id < after)
    return [_view(row) for row in session.execute(query.order_by(_c.id.desc()).limit(limit))]


def get_coupon(session: Session, coupon_id: int) -> HeldCoupon:
    """One coupon. Raises CouponNotFound."""
    row = session.execute(_HELD.where(_c.id == coupon_id)).first()
    if row is None:
        raise CouponNotFound
    return _view(row)


def list_coupons(session: Session, coupon_ids: Sequence[int]) -> list[HeldCoupon]:
    """Some coupons, by id."""
    return [_view(row) for row in session.execute(_HELD.where(_c.id.in_(coupon_ids)))]


def find_by_code(session: Session, typed: str) -> HeldCoupon | None:
    """The coupon with this code, as it was scanned (`CK:C:…`) or typed; None when there is none."""
    code = ids.read_short_code(typed.strip().upper().removeprefix("CK:C:"))
    if code is None:
        return None
    row = session.execute(_HELD.where(_c.code_hash == runtime.keys().hash(code))).first()
    return None if row is None else _view(row)


def get_code(session: Session, coupon_id: int) -> str | None:
    """The code of a coupon that a member holds, to show it as QR and text; None for a printed one."""
    sealed = session.scalar(select(Coupon.code_sealed).where(Coupon.id == coupon_id))
    return None if sealed is None else runtime.keys().decrypt(sealed, "coupon").decode()


def list_events(session: Session, coupon_id: int) -> list[CouponEvent]:
    """The story of a coupon, the latest first."""
    return list(
        session.scalars(select(CouponEvent).where(CouponEvent.coupon_id == coupon_id).order_by(CouponEvent.id.desc()))
    )


def _view(row: Any) -> HeldCoupon:
    return HeldCoupon(
        id=row.id,
        template_id=row.template_id,
        member_id=row.member_id,
        name=row.name,
        state=row.state,
        source=row.source,
        terms=terms_of(row),
        starts_at=row.starts_at,
        expires_at=row.expires_at,
        issued_at=row.issued_at,
        redeemed_at=row.redeemed_at,
        order_id=row.order_id,
        saved=row.saved,
        transferable=row.transferable,
        how_to=row.how_to,
        reserved_for=row.reserved_for,
        reserved_until=row.reserved_until,
    )
