"""Looking up orders: one with its lines and tenders, lists, the totals of a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from services.identity.models import Staff
from services.members.models import Member
from services.members.queries import select_own_ids, show_name
from services.orders.models import FlaggedOrder, LineShare, Order, OrderLine, Tender
from services.orders.queries.views import LineView, OrderView, ShareView, TenderView
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.stores.models import Store

HIGHEST_ID = 2**63 - 1  # what a database can count to


@dataclass(frozen=True)
class DayTotals:
    """What one store took on one day. `paid` in fen, `refunded` what went back of that since; `by_tender` maps a kind to fen."""

    orders: int = 0
    paid: int = 0
    refunded: int = 0
    units: int = 0
    by_tender: Mapping[str, int] = field(default_factory=dict)


def get_order(session: Session, order_id: int, *, actor: Actor) -> OrderView:
    """One order. Raises NotFound also for an order of a store the actor does not work in. Four queries."""
    found = _views(session, _orders().where(Order.id == order_id)) if order_id <= HIGHEST_ID else []
    if not found or not actor.sees_store(found[0].store_id):
        raise NotFound("order_not_found")
    return found[0]


def get_order_of_member(session: Session, order_id: int, *, member_id: int) -> OrderView:
    """One order as its own member sees it. Raises NotFound for anybody else's."""
    mine = _orders().where(Order.id == order_id, Order.member_id.in_(select_own_ids(member_id)))
    found = _views(session, mine) if order_id <= HIGHEST_ID else []
    if not found:
        raise NotFound("order_not_found")
    return found[0]


def find_order_by_receipt(session: Session, code: str, *, actor: Actor) -> OrderView | None:
    """The order with this receipt code (canonical form), if the actor may see it."""
    found = _views(session, _orders().where(Order.receipt_code == code))
    return found[0] if found and actor.sees_store(found[0].store_id) else None


def find_external_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these external keys are booked already."""
    booked = session.scalars(select(Order.external_key).where(Order.external_key.in_(keys)))
    return {key for key in booked if key is not None}


def find_order_by_key(session: Session, external_key: str) -> OrderView | None:
    """The order that a foreign system, or a counter without network, knows by this key."""
    found = _views(session, _orders().where(Order.external_key == external_key))
    return found[0] if found else None


def list_orders(
    session: Session,
    *,
    actor: Actor,
    store_id: int | None = None,
    day: date | None = None,
    member_id: int | None = None,
    number: str = "",
    or_member_ids: Collection[int] = (),
    tender: str = "",
    flagged: bool = False,
    after: int | None = None,
    limit: int = 50,
) -> list[OrderView]:
    """Orders of the stores the actor works in, latest first.

    `number` is a whole number, its beginning, or the sequence alone; beside it those of `or_member_ids` are found. `tender` is a
    way of paying that was used. `flagged`: only those that wait for somebody to look at them.
    """
    narrowed = _narrowed(
        _orders(), actor, store_id=store_id, first=day, last=day, member_id=member_id, number=number,
        or_member_ids=or_member_ids, tender=tender, flagged=flagged,
    )  # fmt: skip
    return _views(session, _page(narrowed, after, limit))


def select_matching(actor: Actor, **narrowed: Any) -> Select[Any]:
    """When they were completed, and the ids: the orders that `list_orders` would find, here also between the days `first` and `last`; for
    who walks through all of them."""
    found: Select[Any] = _narrowed(select(Order.completed_at, Order.id), actor, **narrowed)
    return found


def list_named(session: Session, order_ids: Collection[int]) -> dict[int, OrderView]:
    """Some orders by id. Three queries however many."""
    return {view.id: view for view in _views(session, _orders().where(Order.id.in_(order_ids)))}


def _narrowed(
    query: Any,
    actor: Actor,
    *,
    store_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    member_id: int | None = None,
    number: str = "",
    or_member_ids: Collection[int] = (),
    tender: str = "",
    flagged: bool = False,
) -> Any:
    if actor.stores is not None:
        query = query.where(Order.store_id.in_(actor.stores))
    if member_id is not None:
        query = query.where(Order.member_id.in_(select_own_ids(member_id)))
    if store_id is not None:
        query = query.where(Order.store_id == store_id)
    if first is not None:
        query = query.where(Order.day >= first)
    if last is not None:
        query = query.where(Order.day <= last)
    if number.strip():
        query = query.where(or_(_numbered(number.strip().upper()), Order.member_id.in_(or_member_ids)))
    if tender:
        query = query.where(Order.id.in_(select(Tender.order_id).where(Tender.kind == tender)))
    if flagged:
        query = query.where(Order.id.in_(select(FlaggedOrder.order_id).where(FlaggedOrder.seen_at.is_(None))))
    return query


def list_orders_of_member(
    session: Session, member_id: int, *, text: str = "", after: int | None = None, limit: int = 50
) -> list[OrderView]:
    """A member's own orders, latest first, in every store. `text` is part of a product's name, or an order's number."""
    whose = Order.member_id.in_(select_own_ids(member_id))
    query = _orders().where(whose)
    if text.strip():
        named = select(OrderLine.order_id).join(Order, Order.id == OrderLine.order_id)
        named = named.where(whose, OrderLine.name.icontains(text.strip(), autoescape=True))
        query = query.where(Order.id.in_(named) | _numbered(text.strip().upper()))
    return _views(session, _page(query, after, limit))


def list_numbers(
    session: Session, order_ids: Collection[int], *, stores: Collection[int] | None = None
) -> dict[int, str]:
    """The readable numbers of some orders, by id; only of `stores` where they are named."""
    query = select(Order.id, Order.number).where(Order.id.in_(order_ids))
    if stores is not None:
        query = query.where(Order.store_id.in_(stores))
    rows = session.execute(query)
    return dict(rows.all())


def get_day_totals(session: Session, store_id: int, day: date) -> DayTotals:
    """What a store took on a calendar day of the shop."""
    here = (Order.store_id == store_id, Order.day == day)
    paid_sum, refunded_sum = func.coalesce(func.sum(Order.paid), 0), func.coalesce(func.sum(Order.refunded), 0)
    orders, paid, refunded = session.execute(select(func.count(Order.id), paid_sum, refunded_sum).where(*here)).one()
    units = session.scalar(
        select(func.sum(OrderLine.quantity)).join(Order, Order.id == OrderLine.order_id).where(*here)
    )
    tendered = session.execute(
        select(Tender.kind, func.sum(Tender.amount))
        .join(Order, Order.id == Tender.order_id)
        .where(*here)
        .group_by(Tender.kind)
    )
    return DayTotals(
        orders, int(paid), int(refunded), int(units or 0), {kind: int(amount) for kind, amount in tendered}
    )


def _numbered(text: str) -> Any:
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return Order.sequence == int(text)
    return Order.number.startswith(text, autoescape=True)


def _orders() -> Any:
    return (
        select(
            Order,
            Store.name.label("store_name"),
            Staff.name.label("staff_name"),
            Member.name,
            Member.phone,
            Member.number,
        )
        .join(Store, Store.id == Order.store_id)
        .outerjoin(Member, Member.id == Order.member_id)
        .outerjoin(Staff, Staff.id == Order.staff_id)
    )


def _page(query: Select[Any], after: int | None, limit: int) -> Select[Any]:
    if after is not None:
        last = select(Order.completed_at).where(Order.id == after).scalar_subquery()
        query = query.where(tuple_(Order.completed_at, Order.id) < tuple_(last, after))
    return query.order_by(Order.completed_at.desc(), Order.id.desc()).limit(limit)


def _views(session: Session, query: Select[Any]) -> list[OrderView]:
    rows = session.execute(query).all()
    ids = [row.Order.id for row in rows]
    if not ids:
        return []
    lines, tenders = _lines_of(session, ids), _tenders_of(session, ids)
    return [_view(row, lines[row.Order.id], tenders[row.Order.id]) for row in rows]


def _view(row: Row[Any], lines: Iterable[LineView], tenders: Iterable[TenderView]) -> OrderView:
    order: Order = row.Order
    return OrderView(
        id=order.id, number=order.number, receipt_code=order.receipt_code,
        store_id=order.store_id, store_name=row.store_name, day=order.day,
        member_id=order.member_id, member_name=_member_name(row), scan_id=order.scan_id,
        staff_id=order.staff_id, staff_name=row.staff_name,
        state=order.state, origin=order.origin, external_key=order.external_key, note=order.note,
        list_total=order.list_total, due=order.due, paid=order.paid, change=order.change,
        points_earned=order.points_earned, points_before=order.points_before, points_after=order.points_after,
        completed_at=order.completed_at, lines=tuple(lines), tenders=tuple(tenders),
        points_spent=order.points_spent, refunded=order.refunded, earn_rate=order.earn_rate, tier_id=order.tier_id,
        shift_id=order.shift_id, flags=tuple(order.flags), manual_reason=order.manual_reason, payer_id=order.payer_id,
        earner_id=order.earner_id,
    )  # fmt: skip


def _member_name(row: Row[Any]) -> str | None:
    return None if row.Order.member_id is None else show_name(row.name, row.phone, row.number)


def _lines_of(session: Session, order_ids: Collection[int]) -> dict[int, list[LineView]]:
    shares: dict[int, list[ShareView]] = defaultdict(list)
    for share in session.scalars(
        select(LineShare)
        .join(OrderLine, OrderLine.id == LineShare.line_id)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(LineShare.id)
    ):
        shares[share.line_id].append(ShareView(share.kind, share.amount, share.coupon_id))
    found: dict[int, list[LineView]] = defaultdict(list)
    for line in session.scalars(
        select(OrderLine).where(OrderLine.order_id.in_(order_ids)).order_by(OrderLine.order_id, OrderLine.position)
    ):
        found[line.order_id].append(
            LineView(line.position, line.product_id, line.name, line.options, line.quantity, line.list_price,
                     line.amount, line.note, tuple(shares[line.id]), line.grams, line.category_id, line.multiplier,
                     line.refunded_quantity, line.refunded_amount)
        )  # fmt: skip
    return found


def _tenders_of(session: Session, order_ids: Collection[int]) -> dict[int, list[TenderView]]:
    found: dict[int, list[TenderView]] = defaultdict(list)
    for tender in session.scalars(select(Tender).where(Tender.order_id.in_(order_ids)).order_by(Tender.id)):
        found[tender.order_id].append(
            TenderView(tender.kind, tender.amount, tender.received, tender.bonus, tender.refunded)
        )
    return found
