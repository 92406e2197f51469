"""What an order counts for on the ladder: the money that its member paid for it and did not get back."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.orders.models import Order, Refund, RefundTender, Tender


@dataclass(frozen=True)
class PaidByMember:
    """Whose order it is now (None: a walk-in's), and the fen that are still paid without bonus money."""

    member_id: int | None
    amount: int


def get_paid_by_member(session: Session, order_id: int) -> PaidByMember:
    """Money of the member's own that stands in an order. Two queries."""
    paid = (
        select(Order.member_id, Order.refunded, func.coalesce(func.sum(Tender.amount - Tender.bonus), 0))
        .outerjoin(Tender, Tender.order_id == Order.id)
        .where(Order.id == order_id)
        .group_by(Order.id)
    )
    member_id, refunded, amount = session.execute(paid).one()
    if refunded:
        back = select(func.coalesce(func.sum(RefundTender.amount - RefundTender.bonus), 0))
        amount -= session.scalar(back.join(Refund).where(Refund.order_id == order_id)) or 0
    return PaidByMember(member_id, int(amount))
