"""Keeping the facts of a member. Called by reactions, each exactly once per event (the outbox sees to it)."""

from datetime import datetime

from sqlalchemy import case, or_, update
from sqlalchemy.orm import Session

from services.members.models import MemberFacts


def record_order(session: Session, member_id: int, amount: int, at: datetime) -> None:
    """Count one order of `amount` fen, paid at `at`; orders may arrive in any order of time. No audit: the order has its own."""
    first, last = MemberFacts.first_order_at, MemberFacts.last_order_at
    session.execute(
        update(MemberFacts)
        .where(MemberFacts.member_id == member_id)
        .values(
            orders=MemberFacts.orders + 1,
            spent=MemberFacts.spent + amount,
            first_order_at=case((or_(first.is_(None), first > at), at), else_=first),
            last_order_at=case((or_(last.is_(None), last < at), at), else_=last),
        )
        .execution_options(synchronize_session=False)
    )
