"""Coupons in members' hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from services.coupons.errors import CouponNotFound
from services.coupons.models import Coupon, CouponEvent, CouponTemplate
from services.coupons.queries.templates import terms_of
from services.coupons.rules import Terms, standing
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
    store_id: int | None = None
    undo_minutes: int = 0

    def standing(self, at: datetime) -> str:
        """What it is now: usable, not_started, reserved, redeemed, expired or revoked (services.coupons.rules.standing)."""
        return standing(self.state, self.starts_at, self.expires_at, self.reserved_until, at)

    def undo_until(self) -> datetime | None:
        """Until when its redemption can be undone; None when it was not redeemed by itself."""
        if self.redeemed_at is None or self.order_id is not None:
            return None
        return self.redeemed_at + timedelta(minutes=self.undo_minutes)


_c: Any = Coupon.__table__.c
_t: Any = CouponTemplate.__table__.c
_HELD = select(
    _c.id, _c.template_id, _c.member_id, _t.name, _c.state, _c.source, _c.starts_at, _c.expires_at, _c.issued_at,
    _c.redeemed_at, _c.order_id, _c.saved, _t.transferable, _t.how_to, _c.reserved_for, _c.reserved_until,
    _t.kind, _t.value, _t.pays, _t.cap, _t.threshold, _t.scope, _t.stack_group, _t.exclusive, _t.combines_with,
    _t.with_tier, _t.with_points, _c.store_id, _t.undo_minutes,
).join_from(Coupon.__table__, CouponTemplate.__table__, _t.id == _c.template_id)  # fmt: skip
_there = or_(_c.expires_at.is_(None), _c.expires_at > bindparam("now"))
_USABLE = (
    _HELD.where(_c.member_id == bindparam("member"), _c.state.in_(("issued", "reserved")), _there)
    .order_by(_c.expires_at.is_(None), _c.expires_at, _c.id)
    .limit(MOST_AT_A_CART)
)
_NAMED = _HELD.where(_c.id.in_(bindparam("ids", expanding=True)))


def list_usable(session: Session, member_id: int, *, at: datetime) -> list[HeldCoupon]:
    """What a member may try at a checkout, the first to expire first. One query."""
    return [_view(row) for row in session.connection().execute(_USABLE, {"member": member_id, "now": at})]


def list_held(
    session: Session, member_id: int, state: State, *, at: datetime, after: int | None = None, limit: int = 50
) -> list[HeldCoupon]:
    """A member's coupons of one kind, the newest first: usable, used, or over (expired, revoked)."""
    query = _HELD.where(_c.member_id == member_id, _wanted(at)[state])
    if after is not None:
        query = query.where(_c.id < after)
    return [_view(row) for row in session.execute(query.order_by(_c.id.desc()).limit(limit))]


def list_all(session: Session, member_id: int, *, after: int | None = None, limit: int = 50) -> list[HeldCoupon]:
    """All coupons of a member, whatever became of them, the newest first."""
    query = _HELD.where(_c.member_id == member_id)
    if after is not None:
        query = query.where(_c.id < after)
    return [_view(row) for row in session.execute(query.order_by(_c.id.desc()).limit(limit))]


def list_of_template(
    session: Session, template_id: int, *, after: int | None = None, limit: int = 50
) -> list[HeldCoupon]:
    """The coupons of a template, the newest first."""
    query = _HELD.where(_c.template_id == template_id)
    if after is not None:
        query = query.where(_c.id < after)
    return [_view(row) for row in session.execute(query.order_by(_c.id.desc()).limit(limit))]


def count_held(session: Session, member_id: int, *, at: datetime) -> dict[State, int]:
    """How many coupons of each kind a member has."""
    sums = [func.sum(case((condition, 1), else_=0)).label(state) for state, condition in _wanted(at).items()]
    row = session.execute(select(*sums).where(_c.member_id == member_id)).one()
    return {state: int(getattr(row, state) or 0) for state in _wanted(at)}


def _wanted(at: datetime) -> dict[State, Any]:
    open_states = _c.state.in_(("issued", "reserved"))
    past = and_(open_states, _c.expires_at.is_not(None), _c.expires_at <= at)
    return {
        "usable": and_(open_states, or_(_c.expires_at.is_(None), _c.expires_at > at)),
        "used": _c.state == "redeemed",
        "over": or_(_c.state.in_(("expired", "revoked")), past),
    }


def get_coupon(session: Session, coupon_id: int) -> HeldCoupon:
    """One coupon. Raises CouponNotFound."""
    row = session.execute(_HELD.where(_c.id == coupon_id)).first()
    if row is None:
        raise CouponNotFound
    return _view(row)


def list_coupons(session: Session, coupon_ids: Sequence[int]) -> list[HeldCoupon]:
    """Some coupons, by id."""
    return [_view(row) for row in session.connection().execute(_NAMED, {"ids": list(coupon_ids)})]


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


def find_redemption(session: Session, coupon_id: int) -> int | None:
    """The id of the redemption that stands now, as its event; None where the coupon was not redeemed."""
    latest = select(CouponEvent.id).where(CouponEvent.coupon_id == coupon_id, CouponEvent.kind == "redeem")
    return session.scalar(latest.order_by(CouponEvent.id.desc()).limit(1))


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
        store_id=row.store_id,
        undo_minutes=row.undo_minutes,
    )
