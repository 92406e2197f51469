"""What went back for orders."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.models import Staff
from services.orders.models import Order, OrderLine, Refund, RefundLine, RefundTender, Tender
from services.shared.actors import Actor
from services.shared.refusals import NotFound

OPEN_STATES = ("paid", "part_refunded")


@dataclass(frozen=True)
class RefundedLine:
    """What of one line went back: pieces (0 where the refund was by amount) and fen."""

    position: int
    name: str
    quantity: int
    amount: int


@dataclass(frozen=True)
class RefundedTender:
    """How money went back: to the tender at `place` (from 0) that was paid by `origin`, given as `kind`."""

    place: int
    origin: str
    kind: str
    amount: int
    bonus: int


@dataclass(frozen=True)
class RefundView:
    """A refund with everything that stands on its slip. Amounts are fen."""

    id: int
    order_id: int
    order_number: str
    sequence: int
    store_id: int
    staff_id: int | None
    staff_name: str | None
    way: str
    reason: str
    amount: int
    points_taken_back: int
    points_returned: int
    debt: int
    growth_taken_back: int
    coupons_returned: tuple[int, ...]
    shift_id: int | None
    at: datetime
    lines: tuple[RefundedLine, ...]
    tenders: tuple[RefundedTender, ...]

    @property
    def number(self) -> str:
        """Readable aloud: the order's number and which refund of it this is."""
        return f"{self.order_number}-R{self.sequence}"


def hold_order(session: Session, order_id: int) -> None:
    """Keep an order from being refunded or handed over by somebody else until this transaction ends."""
    session.connection().execute(select(Order.id).where(Order.id == order_id).with_for_update())


def list_refunds(session: Session, order_id: int, *, after: int | None = None, limit: int = 200) -> list[RefundView]:
    """The refunds of an order, the first one first; whether the caller may see the order is asked before."""
    query = _refunds().where(Refund.order_id == order_id)
    if after is not None:
        query = query.where(Refund.id > after)
    return _views(session, query.order_by(Refund.sequence).limit(limit))


def get_refund(session: Session, refund_id: int, *, actor: Actor) -> RefundView:
    """One refund. Raises NotFound also for one of a store the actor does not work in."""
    found = _views(session, _refunds().where(Refund.id == refund_id))
    if not found or not actor.sees_store(found[0].store_id):
        raise NotFound("refund_not_found")
    return found[0]


def _refunds() -> Any:
    return (
        select(Refund, Order.number, Staff.name.label("staff_name"))
        .join(Order, Order.id == Refund.order_id)
        .outerjoin(Staff, Staff.id == Refund.staff_id)
    )


def _views(session: Session, query: Any) -> list[RefundView]:
    rows = session.execute(query).all()
    ids = [row.Refund.id for row in rows]
    if not ids:
        return []
    lines, tenders = _lines_of(session, ids), _tenders_of(session, ids)
    return [_view(row.Refund, row.number, row.staff_name, lines, tenders) for row in rows]


def _view(
    refund: Refund,
    number: str,
    staff_name: str | None,
    lines: dict[int, list[RefundedLine]],
    tenders: dict[int, list[RefundedTender]],
) -> RefundView:
    return RefundView(
        id=refund.id, order_id=refund.order_id, order_number=number, sequence=refund.sequence, store_id=refund.store_id,
        staff_id=refund.staff_id, staff_name=staff_name, way=refund.way, reason=refund.reason, amount=refund.amount,
        points_taken_back=refund.points_taken_back, points_returned=refund.points_returned, debt=refund.debt,
        growth_taken_back=refund.growth_taken_back, coupons_returned=tuple(refund.coupons_returned),
        shift_id=refund.shift_id, at=refund.at, lines=tuple(lines[refund.id]), tenders=tuple(tenders[refund.id]),
    )  # fmt: skip


def _lines_of(session: Session, refund_ids: Collection[int]) -> dict[int, list[RefundedLine]]:
    found: dict[int, list[RefundedLine]] = defaultdict(list)
    for line, position, name in session.execute(
        select(RefundLine, OrderLine.position, OrderLine.name)
        .join(OrderLine, OrderLine.id == RefundLine.line_id)
        .where(RefundLine.refund_id.in_(refund_ids))
        .order_by(RefundLine.refund_id, OrderLine.position)
    ):
        found[line.refund_id].append(RefundedLine(position, name, line.quantity, line.amount))
    return found


def _tenders_of(session: Session, refund_ids: Collection[int]) -> dict[int, list[RefundedTender]]:
    orders = select(Refund.order_id).where(Refund.id.in_(refund_ids))
    places: dict[int, int] = {}
    origins: dict[int, str] = {}
    order: dict[int, int] = defaultdict(int)
    for tender in session.scalars(select(Tender).where(Tender.order_id.in_(orders)).order_by(Tender.id)):
        places[tender.id], origins[tender.id] = order[tender.order_id], tender.kind
        order[tender.order_id] += 1
    found: dict[int, list[RefundedTender]] = defaultdict(list)
    back = select(RefundTender).where(RefundTender.refund_id.in_(refund_ids)).order_by(RefundTender.id)
    for each in session.scalars(back):
        found[each.refund_id].append(
            RefundedTender(places[each.tender_id], origins[each.tender_id], each.kind, each.amount, each.bonus)
        )
    return found
