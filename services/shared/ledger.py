"""Append-only ledgers: entries with a unique key, a cached balance beside them that always equals their sum.

A ledger is two tables of a domain: *accounts* (owner, balance) and *entries* (owner, amount, balance_after, key …). The domain owns
both; this module knows the two moves that every ledger makes, alike on SQLite and PostgreSQL, and how to check one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session


@dataclass(frozen=True)
class Ledger:
    """Names the columns of one ledger. `floor` is the least balance allowed, None where debt is (points after a clawback)."""

    name: str
    account: Any
    owner: InstrumentedAttribute[int]
    balance: InstrumentedAttribute[int]
    entry_owner: InstrumentedAttribute[int]
    entry_amount: InstrumentedAttribute[int]
    floor: int | None = 0


@dataclass(frozen=True)
class Difference:
    """An account whose balance is not the sum of its entries, or stands below its floor."""

    ledger: str
    owner: int
    balance: int
    total: int


def move(session: Session, ledger: Ledger, owner: int, amount: int) -> int | None:
    """Change the balance of `owner` by `amount` in one conditional UPDATE and return the new balance.

    None when the floor would be broken (the caller refuses). The account row is made on first use.
    """
    new_balance = _change(session, ledger, owner, amount)
    if new_balance is None:
        _open(session, ledger, owner)  # or somebody else does at this very moment: either way it is there now
        new_balance = _change(session, ledger, owner, amount)
    return new_balance


def _change(session: Session, ledger: Ledger, owner: int, amount: int) -> int | None:
    guarded = ledger.floor is not None and amount < 0
    moved = session.connection().execute(_moving(ledger, guarded), {"of": owner, "by": amount})
    return moved.scalar_one_or_none()


@cache
def _moving(ledger: Ledger, guarded: bool) -> Any:
    """The conditional UPDATE of a ledger, built once."""
    table = ledger.account.__table__
    owner, balance = table.c[ledger.owner.key], table.c[ledger.balance.key]
    changed = balance + bindparam("by", type_=balance.type)
    statement = update(table).where(owner == bindparam("of", type_=owner.type)).values({balance.key: changed})
    return (statement.where(changed >= ledger.floor) if guarded else statement).returning(balance)


def _open(session: Session, ledger: Ledger, owner: int) -> None:
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(ledger.account).values({ledger.owner: owner, ledger.balance: 0}).on_conflict_do_nothing()
    session.execute(statement)


def differences(session: Session, ledger: Ledger) -> Iterator[Difference]:
    """Every account of `ledger` that does not add up."""
    sums = (
        select(ledger.entry_owner.label("owner"), func.sum(ledger.entry_amount).label("total"))
        .group_by(ledger.entry_owner)
        .subquery()
    )
    accounts = select(ledger.owner.label("owner"), ledger.balance.label("balance")).subquery()
    joined = select(
        func.coalesce(accounts.c.owner, sums.c.owner),
        func.coalesce(accounts.c.balance, 0),
        func.coalesce(sums.c.total, 0),
    ).select_from(accounts.outerjoin(sums, accounts.c.owner == sums.c.owner, full=True))
    wrong = func.coalesce(accounts.c.balance, 0) != func.coalesce(sums.c.total, 0)
    if ledger.floor is not None:
        wrong = wrong | (func.coalesce(accounts.c.balance, 0) < ledger.floor)
    for owner, balance, total in session.execute(joined.where(wrong)):
        yield Difference(ledger.name, owner, balance, total)
