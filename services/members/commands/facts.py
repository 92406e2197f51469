"""Keeping the facts of a member. Called by reactions, each exactly once per event (the outbox sees to it)."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, or_, update
from sqlalchemy.orm import Session

from services.members.models import MemberFacts

_facts: Any = MemberFacts.__table__
_first, _last = _facts.c.first_order_at, _facts.c.last_order_at
_at = bindparam("paid_at", type_=_first.type)
_COUNT = (  # built once: every sale of a member passes here
    update(_facts)
    .where(_facts.c.member_id == bindparam("member"))
    .values(
        orders=_facts.c.orders + 1,
        spent=_facts.c.spent + bindparam("amount", type_=_facts.c.spent.type),
        first_order_at=case((or_(_first.is_(None), _first > _at), _at), else_=_first),
        last_order_at=case((or_(_last.is_(None), _last < _at), _at), else_=_last),
    )
)


def record_order(session: Session, member_id: int, amount: int, at: datetime) -> None:
    """Count one order of `amount` fen, paid at `at`; orders may arrive in any order of time. No audit: the order has its own."""
    session.connection().execute(_COUNT, {"member": member_id, "amount": amount, "paid_at": at})


_TAKE_BACK = (
    update(_facts)
    .where(_facts.c.member_id == bindparam("member"))
    .values(
        orders=_facts.c.orders - bindparam("whole", type_=_facts.c.orders.type),
        spent=_facts.c.spent - bindparam("amount", type_=_facts.c.spent.type),
    )
)


def record_refund(session: Session, member_id: int, amount: int, *, complete: bool) -> None:
    """Take `amount` fen of a refund out of what the member spent; an order of which nothing is left counts no more. The visit stays."""
    session.connection().execute(_TAKE_BACK, {"member": member_id, "amount": amount, "whole": int(complete)})


def restate_visits(session: Session, member_id: int, first: datetime | None, last: datetime | None) -> None:
    """Set when a member bought first and last: an order of theirs was somebody else's."""
    visits = {"first_order_at": first, "last_order_at": last}
    session.connection().execute(update(_facts).where(_facts.c.member_id == member_id).values(visits))
