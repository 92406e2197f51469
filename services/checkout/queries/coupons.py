"""Coupons beside what they are used for: the products behind one, and what each template cost and brought."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.catalog.queries import SaleProduct, list_products, load_for_sale
from services.coupons.models import Coupon, CouponTemplate
from services.coupons.rules import Terms
from services.orders.models import Order

_c: Any = Coupon.__table__.c
_o: Any = Order.__table__.c


@dataclass(frozen=True)
class CouponCost:
    """What the coupons of a template did in a period. Amounts are fen; `sales` is what the orders with it brought, net of refunds."""

    template: CouponTemplate
    issued: int
    redeemed: int
    discount: int
    orders: int
    sales: int

    @property
    def average(self) -> int:
        """What an order with it came to."""
        return self.sales // self.orders if self.orders else 0

    @property
    def cost(self) -> int | None:
        """What the used ones cost the shop, where the template says what one does."""
        return None if self.template.cost is None else self.template.cost * self.redeemed


def list_redeemable(session: Session, terms: Terms, store_id: int) -> list[SaleProduct]:
    """The products that a coupon holds for and that this store sells now, in the shop's order."""
    ids = [each.id for each in list_products(session) if terms.scope.covers(each.id, each.category_id)]
    sold = load_for_sale(session, store_id, ids)
    return [sold[each] for each in ids if each in sold and sold[each].available and not sold[each].sold_out]


def get_most_saved(session: Session, terms: Terms, store_id: int) -> int:
    """The most that a coupon on one piece can save at this store, in fen."""
    return max((each.price - terms.value for each in list_redeemable(session, terms, store_id)), default=0)


def list_coupon_costs(session: Session, start: datetime, end: datetime) -> list[CouponCost]:
    """Every template that was given out or used between two moments, the dearest first."""
    issued = _issued(session, start, end)
    redeemed = _redeemed(session, start, end)
    sales = _sales(session, start, end)
    templates = session.scalars(select(CouponTemplate).where(CouponTemplate.id.in_({*issued, *redeemed})))
    found = [
        CouponCost(each, issued.get(each.id, 0), *redeemed.get(each.id, (0, 0)), *sales.get(each.id, (0, 0)))
        for each in templates
    ]
    return sorted(found, key=lambda cost: (-cost.discount, -cost.issued, -cost.template.id))


def get_coupon_total(session: Session, start: datetime, end: datetime) -> tuple[int, int]:
    """Orders with any coupon between two moments, each once, and what they brought."""
    some = _with_orders(start, end).with_only_columns(_c.order_id).distinct().subquery()
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(_o.due - _o.refunded), 0)).join_from(
            some, Order.__table__, _o.id == some.c.order_id
        )
    ).one()
    return int(row[0]), int(row[1])


def _issued(session: Session, start: datetime, end: datetime) -> dict[int, int]:
    counted = select(_c.template_id, func.count()).where(_c.issued_at >= start, _c.issued_at < end)
    return {row[0]: row[1] for row in session.execute(counted.group_by(_c.template_id))}


def _redeemed(session: Session, start: datetime, end: datetime) -> dict[int, tuple[int, int]]:
    used = select(_c.template_id, func.count(), func.sum(_c.saved)).where(
        _c.state == "redeemed", _c.redeemed_at >= start, _c.redeemed_at < end
    )
    return {row[0]: (row[1], int(row[2] or 0)) for row in session.execute(used.group_by(_c.template_id))}


def _sales(session: Session, start: datetime, end: datetime) -> dict[int, tuple[int, int]]:
    some = _with_orders(start, end).with_only_columns(_c.template_id, _c.order_id).distinct().subquery()
    brought = (
        select(some.c.template_id, func.count(), func.sum(_o.due - _o.refunded))
        .join_from(some, Order.__table__, _o.id == some.c.order_id)
        .group_by(some.c.template_id)
    )
    return {row[0]: (row[1], int(row[2] or 0)) for row in session.execute(brought)}


def _with_orders(start: datetime, end: datetime) -> Any:
    used = (_c.state == "redeemed", _c.redeemed_at >= start, _c.redeemed_at < end, _c.order_id.is_not(None))
    return select(_c.id).where(*used)
