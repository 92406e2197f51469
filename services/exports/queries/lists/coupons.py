"""Coupons that were given out, and what became of each. Never a code: whoever has one may spend it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from services.coupons.models import Coupon, CouponTemplate
from services.coupons.permissions import COUPONS_READ
from services.coupons.rules import standing
from services.exports.queries.lists.ledgers import within_days
from services.exports.queries.lists.listing import Listing, Row
from services.exports.rules import CHOICE, MONEY, TIME, Asked, Column
from services.exports.schemas import CouponsFilter
from services.members.models import Member
from services.members.queries import show_name
from services.orders.models import Order
from services.shared.words import N_
from services.stores.models import Store

COLUMNS = (
    Column("template", N_("券")),
    Column("member_number", N_("会员编号")),
    Column("member", N_("会员")),
    Column("state", N_("状态"), CHOICE),
    Column("source", N_("来源"), CHOICE),
    Column("issued_at", N_("发放时间"), TIME),
    Column("starts_at", N_("起用时间"), TIME, usual=False),
    Column("expires_at", N_("到期时间"), TIME),
    Column("redeemed_at", N_("使用时间"), TIME),
    Column("store", N_("使用门店")),
    Column("order", N_("单号")),
    Column("saved", N_("省了多少"), MONEY),
)


def _select(_session: Session, asked: Asked) -> Select[Any]:
    where = within_days(asked, Coupon.issued_at)
    if asked.actor.stores is not None:  # what was used in another store is that one's
        where.append(or_(Coupon.store_id.is_(None), Coupon.store_id.in_(asked.actor.stores)))
    for column, name in ((Coupon.template_id, "template"), (Coupon.member_id, "member"), (Coupon.store_id, "store")):
        if asked.get(name):
            where.append(column == asked.filters[name])
    if asked.get("state"):
        where.append(_in_state(asked))
    return select(Coupon.id).where(*where)


def _in_state(asked: Asked) -> Any:
    """Usable, used or over, as the tabs on a member's page."""
    open_states = Coupon.state.in_(("issued", "reserved"))
    past = and_(Coupon.expires_at.is_not(None), Coupon.expires_at <= asked.at)
    return {
        "usable": and_(open_states, or_(Coupon.expires_at.is_(None), Coupon.expires_at > asked.at)),
        "used": Coupon.state == "redeemed",
        "over": or_(Coupon.state.in_(("expired", "revoked")), and_(open_states, past)),
    }[asked.filters["state"]]


def _read(session: Session, ids: Sequence[int], asked: Asked, _columns: Collection[str]) -> list[Row]:
    query = (
        select(Coupon, CouponTemplate.name, Member, Store.name, Order.number)
        .join(CouponTemplate, CouponTemplate.id == Coupon.template_id)
        .outerjoin(Member, Member.id == Coupon.member_id)
        .outerjoin(Store, Store.id == Coupon.store_id)
        .outerjoin(Order, Order.id == Coupon.order_id)
        .where(Coupon.id.in_(ids))
        .order_by(Coupon.id.desc())
    )
    return [
        {
            "template": template, "member_number": member.number if member else "",
            "member": show_name(member.name, member.phone, member.number) if member else "",
            "state": standing(coupon.state, coupon.starts_at, coupon.expires_at, coupon.reserved_until, asked.at),
            "source": coupon.source, "issued_at": coupon.issued_at, "starts_at": coupon.starts_at,
            "expires_at": coupon.expires_at, "redeemed_at": coupon.redeemed_at, "store": store or "", "order": order or "",
            "saved": coupon.saved,
        }
        for coupon, template, member, store, order in session.execute(query)
    ]  # fmt: skip


COUPONS = Listing("coupons", N_("优惠券"), COUPONS_READ, COLUMNS, CouponsFilter, (Coupon.id,), _select, _read)
