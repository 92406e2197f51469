"""Append-only ledgers: entries in a row without gaps, balances cached beside them, both sealed with the shop's key.

A ledger is two tables of a domain: *accounts* (owner, balances, sequence, mac) and *entries* (owner, sequence, amounts, balances after,
key, …, mac). The domain owns both; this module knows the two moves that every ledger makes, alike on SQLite and PostgreSQL, and how to
check one. The sequence of an account counts its entries and the MACs bind every column, so whatever is altered, removed or slipped
in behind the program's back is found: an entry that changed, one that is missing (also the last), one that was added, a balance.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.shared import runtime


@dataclass(frozen=True)
class Column:
    """One balance of a ledger: its name in the account, and in an entry that of the change and of the balance after it."""

    balance: str
    amount: str
    after: str


@dataclass(frozen=True)
class Ledger:
    """Two tables and how they hang together. `owner` names the owner's column in both.

    `sealed` names the columns of an entry, besides owner, sequence, amounts and balances, that its MAC binds: the list is part of the
    books' format and changes only with a migration that seals anew. `sealed_if_set` names columns that came later: the MAC binds them
    where they hold something, so that the seals of older entries stay good. `floor` is the least balance allowed, None where debt is.
    """

    name: str
    account: Any
    entry: Any
    columns: tuple[Column, ...]
    sealed: tuple[str, ...]
    owner: str = "member_id"
    floor: int | None = 0
    sealed_if_set: tuple[str, ...] = ()


@dataclass(frozen=True)
class Head:
    """Where an account stands: how many entries it has, and its balances."""

    sequence: int
    balances: tuple[int, ...]


@dataclass(frozen=True)
class Moved:
    """A balance that was changed and whose entry is still to be written (`enter`)."""

    owner: int
    sequence: int
    amounts: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """Something about an account that is not as the program left it."""

    ledger: str
    owner: int
    what: str


def move(
    session: Session,
    ledger: Ledger,
    owner: int,
    amounts: Sequence[int],
    *,
    head: Head | None = None,
    floor: int | None = None,
) -> Moved | None:
    """Change the balances of `owner` by `amounts`; None when one would fall below the floor (the caller refuses).

    `head` spares a query where the caller has read it a moment ago: should the account have moved on since, it is read again.
    `floor` is a stricter one than the ledger's. The account row is made on first use.
    """
    least = ledger.floor if floor is None else floor
    seen, fresh = head or _read(session, ledger, owner), head is None
    while True:
        after = tuple(balance + amount for balance, amount in zip(seen.balances, amounts, strict=True))
        if not _sinks(amounts, after, least):
            if _replace(session, ledger, owner, seen, after):
                return Moved(owner, seen.sequence + 1, tuple(amounts), seen.balances, after)
        elif fresh:
            return None
        seen, fresh = (
            _read(session, ledger, owner, lock=True),
            True,
        )  # what the caller saw is old, or somebody was faster


def _sinks(amounts: Sequence[int], after: Sequence[int], least: int | None) -> bool:
    """Whether a balance that is taken from falls below the least allowed."""
    return least is not None and any(amount < 0 and new < least for amount, new in zip(amounts, after, strict=True))


def stand(session: Session, ledger: Ledger, owner: int, *, head: Head | None = None) -> Moved:
    """Where the account stands, as a move of nothing: there is no entry to write for it."""
    head = head or _read(session, ledger, owner)
    return Moved(owner, head.sequence, (0,) * len(ledger.columns), head.balances, head.balances)


def hold(session: Session, ledger: Ledger, owner: int) -> Head:
    """Where the account stands, kept from moving until this transaction ends: for what reads lots before it moves the balance."""
    return _read(session, ledger, owner, lock=True)


def enter(session: Session, ledger: Ledger, moved: Moved, fields: Mapping[str, Any]) -> None:
    """Write the entry of a moved balance. `fields` are the columns that the ledger does not know (kind, key, at, …)."""
    row = dict(fields) | {ledger.owner: moved.owner, "sequence": moved.sequence}
    for column, amount, after in zip(ledger.columns, moved.amounts, moved.after, strict=True):
        row |= {column.amount: amount, column.after: after}
    row["mac"] = _seal_entry(ledger, row)
    session.connection().execute(_entering(ledger.entry), row)


def begin(session: Session, ledger: Ledger, entries: Sequence[tuple[int, Sequence[int], Mapping[str, Any]]]) -> None:
    """The first entry of many accounts that are not there yet: owner, amounts (none negative), fields as `enter` takes them."""
    if entries:
        assert all(min(amounts) >= 0 for _, amounts, _ in entries), "a first entry takes nothing"
        accounts, rows = zip(*(begun(ledger, *each) for each in entries), strict=True)
        session.connection().execute(insert(ledger.account.__table__), accounts)
        session.connection().execute(insert(ledger.entry.__table__), rows)


def hold_many(session: Session, ledger: Ledger, owners: Collection[int]) -> dict[int, Head]:
    """Where these accounts stand, kept from moving until this transaction ends; who has none is missing."""
    table = ledger.account.__table__
    balances = [table.c[column.balance] for column in ledger.columns]
    mine = select(table.c[ledger.owner], table.c.sequence, *balances).where(table.c[ledger.owner].in_(owners))
    rows = session.connection().execute(mine.order_by(table.c[ledger.owner]).with_for_update()).all()
    return {row[0]: Head(row[1], tuple(row[2:])) for row in rows}


def move_many(
    session: Session, ledger: Ledger, heads: Mapping[int, Head], entries: Sequence[tuple[int, Sequence[int], Mapping[str, Any]]]
) -> None:  # fmt: skip
    """One entry each for accounts that `hold_many` holds: owner, amounts, fields as `enter` takes them. The caller has looked that no
    balance sinks below nothing."""
    if not entries:
        return
    accounts, rows = [], []
    for owner, amounts, fields in entries:
        seen = heads[owner]
        after = tuple(balance + amount for balance, amount in zip(seen.balances, amounts, strict=True))
        assert not _sinks(amounts, after, 0), "the caller has looked"
        account = _account_row(ledger, owner, Head(seen.sequence + 1, after))
        accounts.append(
            {f"new_{name}": value for name, value in account.items()} | {"of": owner, "seen": seen.sequence}
        )
        row = dict(fields) | {ledger.owner: owner, "sequence": seen.sequence + 1}
        for column, amount, balance in zip(ledger.columns, amounts, after, strict=True):
            row |= {column.amount: amount, column.after: balance}
        rows.append(row | {"mac": _seal_entry(ledger, row)})
    session.connection().execute(_replacing(ledger), accounts)
    session.connection().execute(insert(ledger.entry.__table__), rows)


def unsay(session: Session, ledger: Ledger, owner: int) -> None:
    """Take the words (`note`) out of every entry of an owner who is erased, and seal these anew: amounts, keys and times stay as they are.

    An entry whose seal does not hold is not given a good one: the check still finds it.
    """
    table = ledger.entry.__table__
    said = select(table).where(table.c[ledger.owner] == owner, table.c.note != "")
    for row in session.connection().execute(said).mappings().all():
        fresh = {**row, "note": ""}
        mac = _seal_entry(ledger, fresh) if row["mac"] == _seal_entry(ledger, dict(row)) else row["mac"]
        session.connection().execute(update(table).where(table.c.id == row["id"]).values(note="", mac=mac))


def differences(session: Session, ledger: Ledger) -> Iterator[Difference]:
    """Every account of `ledger` that is not as the program left it, with what is wrong about it."""
    accounts = {each[ledger.owner]: each for each in _rows(session, select(ledger.account.__table__))}
    table = ledger.entry.__table__
    entries = _rows(session, select(table).order_by(table.c[ledger.owner], table.c.sequence, table.c.id))
    for owner, own in groupby(entries, key=lambda row: row[ledger.owner]):
        for what in _faults(ledger, accounts.pop(owner, None), own):
            yield Difference(ledger.name, owner, what)
    for owner, account in accounts.items():
        for what in _faults(ledger, account, ()):
            yield Difference(ledger.name, owner, what)


def opened(ledger: Ledger, owner: int) -> dict[str, Any]:
    """The row of an account without entries."""
    nothing = Head(0, (0,) * len(ledger.columns))
    return {ledger.owner: owner} | _account_row(ledger, owner, nothing)


def begun(
    ledger: Ledger, owner: int, amounts: Sequence[int], fields: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of an account and of its one entry, which brings `amounts`."""
    entry = dict(fields) | {ledger.owner: owner, "sequence": 1}
    for column, amount in zip(ledger.columns, amounts, strict=True):
        entry |= {column.amount: amount, column.after: amount}
    entry["mac"] = _seal_entry(ledger, entry)
    return {ledger.owner: owner} | _account_row(ledger, owner, Head(1, tuple(amounts))), entry


def _read(session: Session, ledger: Ledger, owner: int, *, lock: bool = False) -> Head:
    """Where the account stands; locked after somebody else was faster, so that it cannot happen again."""
    statement = _reading(ledger)
    row = session.connection().execute(statement.with_for_update() if lock else statement, {"of": owner}).first()
    if row is not None:
        return Head(row[0], tuple(row[1:]))
    build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.connection().execute(build(ledger.account.__table__).on_conflict_do_nothing(), opened(ledger, owner))
    return _read(session, ledger, owner, lock=lock)  # mine, or of somebody who opened it at this very moment


def _replace(session: Session, ledger: Ledger, owner: int, seen: Head, after: tuple[int, ...]) -> bool:
    """Set the new balances unless the account has moved on since it was seen."""
    row = _account_row(ledger, owner, Head(seen.sequence + 1, after))
    given = {f"new_{name}": value for name, value in row.items()} | {"of": owner, "seen": seen.sequence}
    return session.connection().execute(_replacing(ledger), given).rowcount == 1


def _account_row(ledger: Ledger, owner: int, head: Head) -> dict[str, Any]:
    balances = {column.balance: balance for column, balance in zip(ledger.columns, head.balances, strict=True)}
    row = {"sequence": head.sequence, **balances}
    return row | {"mac": _seal(ledger, {ledger.owner: owner, **row})}


@cache
def _reading(ledger: Ledger) -> Any:
    table = ledger.account.__table__
    balances = [table.c[column.balance] for column in ledger.columns]
    return select(table.c.sequence, *balances).where(table.c[ledger.owner] == bindparam("of"))


@cache
def _replacing(ledger: Ledger) -> Any:
    table = ledger.account.__table__
    names = ["sequence", *(column.balance for column in ledger.columns), "mac"]
    mine = (table.c[ledger.owner] == bindparam("of")) & (table.c.sequence == bindparam("seen"))
    return update(table).where(mine).values({name: bindparam(f"new_{name}") for name in names})


@cache
def _entering(entry: Any) -> Any:
    return insert(entry.__table__)


def _rows(session: Session, query: Any) -> Iterator[Mapping[str, Any]]:
    for row in session.execute(query.execution_options(yield_per=5000)).mappings():
        yield dict(row)


def _faults(ledger: Ledger, account: Mapping[str, Any] | None, entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Walk the entries of one account in their order; `account` None means that it has no row."""
    balances, sequence = [0] * len(ledger.columns), 0
    for entry in entries:
        sequence += 1
        if entry["sequence"] != sequence:
            yield f"entry {entry['sequence']} stands where {sequence} should"
            sequence = entry["sequence"]
        balances = [before + entry[column.amount] for before, column in zip(balances, ledger.columns, strict=True)]
        if balances != [entry[column.after] for column in ledger.columns]:
            yield f"entry {sequence}: the balance after it is not the sum up to it"
        if entry["mac"] != _seal_entry(ledger, entry):
            yield f"entry {sequence} was not written by this program, or changed since"
    if account is None:
        yield "the account is missing"
        return
    if balances != [account[column.balance] for column in ledger.columns]:
        yield f"balance {[account[column.balance] for column in ledger.columns]} ≠ Σ entries {balances}"
    if account["sequence"] != sequence:
        yield f"{account['sequence']} entries were written, {sequence} are there"
    if account["mac"] != _seal(ledger, {name: value for name, value in account.items() if name != "mac"}):
        yield "the account was not written by this program, or changed since"
    if ledger.floor is not None and any(balance < ledger.floor for balance in balances):
        yield f"balance {balances} is below {ledger.floor}"


def _seal_entry(ledger: Ledger, row: Mapping[str, Any]) -> bytes:
    set_later = (name for name in ledger.sealed_if_set if row.get(name) is not None)
    names = [ledger.owner, "sequence", *ledger.sealed, *set_later]
    for column in ledger.columns:
        names += [column.amount, column.after]
    return _seal(ledger, {name: row[name] for name in names})


def _seal(ledger: Ledger, row: Mapping[str, Any]) -> bytes:
    content = json.dumps([ledger.name, sorted(row.items())], default=_plain, separators=(",", ":"), ensure_ascii=False)
    return runtime.keys().sign("ledger", content.encode())


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{value!r} cannot stand in a ledger")
