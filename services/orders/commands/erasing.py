"""Orders of a member who is erased: figures stay (the books), words go."""

from datetime import datetime

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from services.orders.models import InvoiceRequest, Order, OrderHandover, OrderLine, Refund
from services.shared.wiping import Traces, wipe
from services.shared.words import N_

PERSONAL, COMPANY = N_("个人"), "company"


def select_orders_of(member_id: int) -> Select[int]:
    """The ids of orders that are or were this member's."""
    passed = select(OrderHandover.order_id).where(
        or_(OrderHandover.from_member_id == member_id, OrderHandover.to_member_id == member_id)
    )
    return select(Order.id).where(or_(Order.member_id == member_id, Order.id.in_(passed)))


def list_addresses(session: Session, member_id: int) -> list[str]:
    """Where this member had invoices sent."""
    asked = select(InvoiceRequest.email).join(Order, Order.id == InvoiceRequest.order_id)
    return list(session.scalars(asked.where(Order.member_id == member_id, InvoiceRequest.email != "")))


def forget_words_of_orders(session: Session, member_id: int, traces: Traces, *, at: datetime) -> None:
    """Take every word that was typed into the member's orders and what belongs to them; others' orders name them no more."""
    orders = select_orders_of(member_id)
    session.execute(update(OrderLine).where(OrderLine.order_id.in_(orders), OrderLine.note != "").values(note=""))
    session.execute(update(Refund).where(Refund.order_id.in_(orders)).values(reason=""))
    _forget_invoices(session, orders, at)
    session.execute(update(Order).where(Order.id.in_(orders)).values(note="", manual_reason=""))
    session.execute(update(OrderHandover).where(OrderHandover.order_id.in_(orders)).values(reason=""))
    wipe(session, Order, ("note", "manual_reason"), traces)
    wipe(session, OrderLine, ("note",), traces)
    wipe(session, Refund, ("reason",), traces)
    wipe(session, InvoiceRequest, ("note", "title", "email"), traces)


def _forget_invoices(session: Session, orders: Select[int], at: datetime) -> None:
    """Accounting law (会计法, 会计档案管理办法) keeps vouchers for 30 years, and PIPL §47 lets it: what was issued stays, with title and
    tax number of a company, which is no person. A person's is headed 个人 from now on: the voucher itself lies in the tax system.
    What was asked and not issued is over.
    """
    theirs = update(InvoiceRequest).where(InvoiceRequest.order_id.in_(orders))
    session.execute(theirs.values(email="", note=""))
    issued = InvoiceRequest.state == "issued"
    kept = issued & (InvoiceRequest.kind == COMPANY)
    session.execute(theirs.where(~kept).values(title=PERSONAL, tax_number=""))
    session.execute(theirs.where(InvoiceRequest.state == "asked").values(state="declined", settled_at=at))
