"""To whom orders came after they were paid."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from services.identity.models import Staff
from services.members.models import Member
from services.members.queries import show_name
from services.orders.models import Order, OrderHandover

CLAIM, CORRECTION = "claim", "correction"


@dataclass(frozen=True)
class HandoverView:
    """An order that came to a member: who has it now, who had it before (None: a walk-in), the points that went along, who did it."""

    id: int
    order_id: int
    order_number: str
    sequence: int
    kind: str
    from_member_id: int | None
    from_name: str | None
    to_member_id: int
    to_name: str
    points: int
    growth: int
    debt: int
    reason: str
    staff_id: int | None
    staff_name: str | None
    at: datetime


def list_handovers(
    session: Session, order_id: int, *, kind: str = "", after: int | None = None, limit: int = 200
) -> list[HandoverView]:
    """The handovers of an order, the first one first; whether the caller may see it is asked before."""
    query = _handovers().where(OrderHandover.order_id == order_id)
    if kind:
        query = query.where(OrderHandover.kind == kind)
    if after is not None:
        query = query.where(OrderHandover.id > after)
    return [_view(row) for row in session.execute(query.order_by(OrderHandover.id).limit(limit))]


def get_handover(session: Session, handover_id: int) -> HandoverView:
    """One handover that exists."""
    return _view(session.execute(_handovers().where(OrderHandover.id == handover_id)).one())


def find_order_id_by_receipt(session: Session, code: str) -> int | None:
    """The order of a receipt's code (canonical form), in whatever store: who holds the code holds the receipt."""
    return session.scalar(select(Order.id).where(Order.receipt_code == code))


def find_visits(session: Session, member_id: int) -> tuple[datetime | None, datetime | None]:
    """When a member bought first and last."""
    mine = select(func.min(Order.completed_at), func.max(Order.completed_at)).where(Order.member_id == member_id)
    first, last = session.execute(mine).one()
    return first, last


_from, _to = aliased(Member), aliased(Member)


def _handovers() -> Any:
    staff = (OrderHandover.actor_kind == "staff") & (Staff.id == OrderHandover.actor_id)
    return (
        select(OrderHandover, Order.number, _from, _to, Staff.name.label("staff_name"))
        .join(Order, Order.id == OrderHandover.order_id)
        .join(_to, _to.id == OrderHandover.to_member_id)
        .outerjoin(_from, _from.id == OrderHandover.from_member_id)
        .outerjoin(Staff, staff)
    )


def _view(row: Any) -> HandoverView:
    handover, number, before, now, staff_name = row
    return HandoverView(
        id=handover.id, order_id=handover.order_id, order_number=number, sequence=handover.sequence, kind=handover.kind,
        from_member_id=handover.from_member_id, from_name=_name(before) if before else None,
        to_member_id=handover.to_member_id, to_name=_name(now), points=handover.points, growth=handover.growth,
        debt=handover.debt, reason=handover.reason, staff_id=handover.actor_id if handover.actor_kind == "staff" else None,
        staff_name=staff_name, at=handover.at,
    )  # fmt: skip


def _name(member: Member) -> str:
    return show_name(member.name, member.phone, member.number)
