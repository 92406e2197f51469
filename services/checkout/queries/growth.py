"""What an order counts for on the ladder: the money that its member paid for it and did not get back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from services.loyalty.models import GrowthEntry
from services.orders.models import Order, Refund, RefundTender, Tender

# Built once: every sale of a member asks.
_o: Any = Order.__table__.c
_paid: Any = Tender.__table__.c
_OF_OWN: Any = (
    select(func.coalesce(func.sum(_paid.amount - _paid.bonus), 0)).where(_paid.order_id == _o.id).scalar_subquery()
)
_PAID = select(_o.member_id, _o.refunded, _OF_OWN).where(_o.id == bindparam("order")).with_for_update()


@dataclass(frozen=True)
class PaidByMember:
    """Whose order it is now (None: a walk-in's), and the fen that are still paid without bonus money."""

    member_id: int | None
    amount: int


def hold_paid_by_member(session: Session, order_id: int) -> PaidByMember:
    """Money of the member's own that stands in an order, which nobody refunds or hands over until this transaction ends.

    One query; two where something went back.
    """
    session.flush()
    member_id, refunded, amount = session.connection().execute(_PAID, {"order": order_id}).one()
    if refunded:
        back = select(func.coalesce(func.sum(RefundTender.amount - RefundTender.bonus), 0))
        amount -= session.scalar(back.join(Refund).where(Refund.order_id == order_id)) or 0
    return PaidByMember(member_id, int(amount))


def list_ungrown(session: Session, *, after: int = 0, limit: int = 100) -> list[tuple[int, datetime]]:
    """Orders of members that have not counted on the ladder, with their time, by id."""
    counted = exists().where(GrowthEntry.order_id == Order.id)
    query = select(Order.id, Order.completed_at).where(Order.member_id.is_not(None), Order.id > after, ~counted)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Order.id).limit(limit))]
