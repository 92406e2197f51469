"""Keeping the facts of a member. Called by reactions, each exactly once per event (the outbox sees to it)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, case, or_, select, update
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
        due_at=_at,
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
        due_at=bindparam("at", type_=_facts.c.due_at.type),
    )
)


def record_refund(session: Session, member_id: int, amount: int, *, complete: bool, at: datetime) -> None:
    """Take `amount` fen of a refund out of what the member spent; an order of which nothing is left counts no more. The visit stays."""
    taken = {"member": member_id, "amount": amount, "whole": int(complete), "at": at}
    session.connection().execute(_TAKE_BACK, taken)


def restate_visits(session: Session, member_id: int, first: datetime | None, last: datetime | None) -> None:
    """Set when a member bought first and last: an order of theirs was somebody else's."""
    visits = {"first_order_at": first, "last_order_at": last}
    session.connection().execute(update(_facts).where(_facts.c.member_id == member_id).values(visits))


_DUE = update(_facts).where(_facts.c.due_at.is_(None)).values(due_at=bindparam("at", type_=_facts.c.due_at.type))


def call_due(session: Session, member_ids: Collection[int] | Select[Any], *, at: datetime) -> None:
    """Have the figures of these members that are worked out anew, and the tags that follow from them, looked at soon."""
    session.connection().execute(_DUE.where(_facts.c.member_id.in_(member_ids)), {"at": at})


def hold_due(session: Session, *, limit: int, called_by: datetime | None = None) -> list[int]:
    """Members whose figures have to be worked out anew, kept from others who would do the same; those who wait longest first."""
    waiting = select(_facts.c.member_id).where(_facts.c.due_at.is_not(None))
    if called_by is not None:
        waiting = waiting.where(_facts.c.due_at <= called_by)
    waiting = waiting.order_by(_facts.c.due_at, _facts.c.member_id).limit(limit)
    return list(session.connection().execute(waiting.with_for_update(skip_locked=True)).scalars())


def write_facts(session: Session, figures: Sequence[Mapping[str, Any]]) -> None:
    """Write figures, one row a member with `member` and every column of it; they are due no more."""
    if not figures:
        return
    names = figures[0].keys() - {"member"}
    values = {name: bindparam(name, type_=_facts.c[name].type) for name in sorted(names)}
    statement = update(_facts).where(_facts.c.member_id == bindparam("member")).values(due_at=None, **values)
    session.connection().execute(statement, list(figures))


def note_living(session: Session, member_id: int, *, living: bool) -> None:
    """Note whether a card is in use. No audit: taking it out of use, or back, has its own."""
    session.connection().execute(update(_facts).where(_facts.c.member_id == member_id).values(living=living))
