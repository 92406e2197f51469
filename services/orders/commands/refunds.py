"""Writing down refunds. That no more goes back than was paid is also a condition of every UPDATE here, and checked by `changke verify`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.orders.errors import MoreThanPaid
from services.orders.models import Order, OrderLine, Refund, RefundLine, RefundTender, Tender
from services.orders.queries.refunds import RefundView, get_refund
from services.shared.actors import SYSTEM, Actor

PART_REFUNDED, REFUNDED = "part_refunded", "refunded"


@dataclass(frozen=True)
class RefundDraft:
    """A refund that has moved the member's balances already, ready to be written.

    `lines` are (position, pieces, fen), `tenders` (place from 0, kind given, fen, bonus of it); `complete`: nothing is left of the order.
    """

    order_id: int
    sequence: int
    store_id: int
    way: str
    reason: str
    amount: int
    points_taken_back: int
    points_returned: int
    debt: int
    growth_taken_back: int
    coupons_returned: tuple[int, ...]
    shift_id: int | None
    lines: tuple[tuple[int, int, int], ...]
    tenders: tuple[tuple[int, str, int, int], ...]
    complete: bool


def record_refund(session: Session, draft: RefundDraft, *, actor: Actor, at: datetime) -> RefundView:
    """Write a refund of an order that the caller holds. Raises MoreThanPaid where the order, a line or a tender has less left."""
    refund = _refund(draft, actor, at)
    session.add(refund)
    session.flush()
    _order(session, draft)
    _lines(session, refund.id, draft)
    _tenders(session, refund.id, draft)
    changes = {"amount": draft.amount, "way": draft.way, "reason": draft.reason}
    subject = ("order", draft.order_id)
    whose = session.scalar(select(Order.member_id).where(Order.id == draft.order_id))
    audit.record(
        session,
        "refunds:create",
        subject,
        actor=actor,
        at=at,
        store_id=draft.store_id,
        member_id=whose,
        changes=changes,
    )
    session.expire_all()
    return get_refund(session, refund.id, actor=SYSTEM)


def _refund(draft: RefundDraft, actor: Actor, at: datetime) -> Refund:
    return Refund(
        order_id=draft.order_id, sequence=draft.sequence, store_id=draft.store_id,
        staff_id=actor.id if actor.kind == "staff" else None, way=draft.way, reason=draft.reason, amount=draft.amount,
        points_taken_back=draft.points_taken_back, points_returned=draft.points_returned, debt=draft.debt,
        growth_taken_back=draft.growth_taken_back, coupons_returned=list(draft.coupons_returned),
        shift_id=draft.shift_id, at=at,
    )  # fmt: skip


def _order(session: Session, draft: RefundDraft) -> None:
    _change(
        session,
        update(Order)
        .where(Order.id == draft.order_id, Order.refunded + draft.amount <= Order.paid)
        .values(refunded=Order.refunded + draft.amount, state=REFUNDED if draft.complete else PART_REFUNDED),
    )


def _lines(session: Session, refund_id: int, draft: RefundDraft) -> None:
    rows = session.execute(select(OrderLine.position, OrderLine.id).where(OrderLine.order_id == draft.order_id))
    ids = dict(rows.all())
    for position, pieces, fen in draft.lines:
        line, quantity, amount = OrderLine, OrderLine.refunded_quantity + pieces, OrderLine.refunded_amount + fen
        _change(
            session,
            update(line)
            .where(line.id == ids[position], quantity <= line.quantity, amount <= line.amount)
            .values(refunded_quantity=quantity, refunded_amount=amount),
        )
        session.add(RefundLine(refund_id=refund_id, line_id=ids[position], quantity=pieces, amount=fen))
    session.flush()


def _tenders(session: Session, refund_id: int, draft: RefundDraft) -> None:
    ids = session.scalars(select(Tender.id).where(Tender.order_id == draft.order_id).order_by(Tender.id)).all()
    for place, kind, fen, bonus in draft.tenders:
        _change(
            session,
            update(Tender)
            .where(Tender.id == ids[place], Tender.refunded + fen <= Tender.amount)
            .values(refunded=Tender.refunded + fen),
        )
        session.add(RefundTender(refund_id=refund_id, tender_id=ids[place], kind=kind, amount=fen, bonus=bonus))
    session.flush()


def _change(session: Session, statement: Any) -> None:
    """One conditional UPDATE that must find its row."""
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    if not result.rowcount:
        raise MoreThanPaid
