"""Somebody with a SQL prompt and no key: changes to the rows of a ledger, each as thorough as its author thinks fit.

A `Thief` works on one ledger within a transaction that the test rolls back. Every method of `WAYS` does one kind of harm at a random
place, and says False where there is nothing to harm; what the database itself refuses (a foreign key, a CHECK) raises IntegrityError.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select, update

from services.wallet.models import TopUp
from tests.tampering.tables import LOTS, Tables


class Thief(Tables):
    """Someone at the tables of a ledger."""

    def an_amount(self) -> bool:
        """An entry is another amount than it was."""
        row, column = self._entry(), self.chance.choice(self.ledger.columns)
        return self._set(row, {column.amount: row[column.amount] + self._some()})

    def an_amount_and_what_follows(self) -> bool:
        """An entry, every balance after it, the account and a lot are changed alike."""
        row, column, more = self._entry(), self.chance.choice(self.ledger.columns), abs(self._some())
        self._set(row, {column.amount: row[column.amount] + more})
        self._raise_from(row, column, more)
        return self._raise_a_lot(row, column.amount, more)

    def an_entry_is_gone(self) -> bool:
        """An entry is deleted with its moves; its lots keep what it did."""
        return self._delete(self._entry())

    def an_entry_is_gone_without_a_gap(self) -> bool:
        """An entry is deleted with what it did, the ones after it move up, and all balances are corrected."""
        row = self._entry()
        self._forget_moves(row)
        self._delete(row)
        for later in self._after(row):
            self._set(later, {"sequence": later["sequence"] - 1})
        for column in self.ledger.columns:
            self._raise_from(row, column, -row[column.amount])
        return self._count(row, -1)

    def the_last_is_gone(self) -> bool:
        """The last entry is deleted."""
        return self._delete(self._last())

    def the_last_is_gone_and_the_balance_corrected(self) -> bool:
        """The last entry is deleted with what it did to lots, and the account says what it said before."""
        row = self._last()
        self._forget_moves(row)
        self._delete(row)
        for column in self.ledger.columns:
            self._raise_from(row, column, -row[column.amount])
        return self._count(row, -1)

    def an_entry_in_the_past(self) -> bool:
        """A copy of an entry stands behind it, as if it had always been there; everything after it is corrected."""
        row = self._entry()
        for later in reversed(self._after(row)):
            self._set(later, {"sequence": later["sequence"] + 1})
        copy = {name: value for name, value in row.items() if name != "id"}
        copy |= {"sequence": row["sequence"] + 1, "key": f"forged:{self.chance.random()}"}
        self.session.execute(insert(self.entries).values(copy))
        for column in self.ledger.columns:
            self._raise_from(copy, column, row[column.amount])
        return self._count(row, 1)

    def an_entry_at_the_end(self) -> bool:
        """One more entry, and an account that agrees with it."""
        row, column = self._last(), self.chance.choice(self.ledger.columns)
        copy = {name: value for name, value in row.items() if name != "id"}
        copy |= {"sequence": row["sequence"] + 1, "key": f"forged:{self.chance.random()}"}
        copy |= {each.amount: 0 for each in self.ledger.columns} | {column.amount: 500}
        copy |= {column.after: row[column.after] + 500}
        self.session.execute(insert(self.entries).values(copy))
        self._account(row, {column.balance: row[column.after] + 500})
        return self._count(row, 1)

    def a_balance(self) -> bool:
        """The account holds another balance."""
        row, column = self._last(), self.chance.choice(self.ledger.columns)
        return self._account(row, {column.balance: row[column.after] + abs(self._some())})

    def a_balance_and_its_count(self) -> bool:
        """The account holds another balance and pretends to have more entries."""
        return self.a_balance() and self._count(self._last(), 1)

    def balances_change_places(self) -> bool:
        """Two accounts take each other's whole row: balance, count and seal."""
        rows = [dict(row) for row in self.session.execute(select(self.accounts)).mappings()]
        mine, other = self.chance.sample(rows, 2)
        for row, content in ((mine, other), (other, mine)):
            self._account(row, {name: value for name, value in content.items() if name != self.ledger.owner})
        return [mine[each.balance] for each in self.ledger.columns] != [
            other[each.balance] for each in self.ledger.columns
        ]

    def words_of_an_entry(self) -> bool:
        """An entry says something else: when, why, which order, by whom."""
        row = self._entry()
        other = {
            "kind": "gift", "note": "换个说法", "order_id": (row["order_id"] or 0) + 1000, "actor_kind": "api",
            "actor_id": 77, "at": row["at"].replace(year=2020), "key": f"forged:{self.chance.random()}",
        }  # fmt: skip
        name = self.chance.choice(sorted(other))
        if name == "key" and self.ledger.name in LOTS:
            name = "note"  # its moves point at the key
        return self._set(row, {name: other[name]})

    def an_entry_of_somebody_else(self) -> bool:
        """The last entry belongs to another account, at its end."""
        row = self._last()
        others = select(self.accounts.c[self.ledger.owner]).where(
            self.accounts.c[self.ledger.owner] != row[self.ledger.owner]
        )
        owner = self.chance.choice(self.session.scalars(others).all())
        return self._set(row, {self.ledger.owner: owner, "sequence": 1000})

    def two_entries_change_places(self) -> bool:
        """Two neighbours take each other's number."""
        row = self._entry()
        following = next(iter(self._after(row)), None)
        if following is None:
            return False
        self._set(following, {"sequence": 1000})
        self._set(row, {"sequence": row["sequence"] + 1})
        return self._set(following, {"sequence": row["sequence"]})

    def a_whole_account(self) -> bool:
        """Everything of an account is gone: entries, lots, moves, the account. Orders and top-ups still tell of points and stored value."""
        if self.ledger.name == "growth":
            return False  # growth follows orders, and nothing else remembers it
        owner = self._last()[self.ledger.owner]
        lots, moves, _ = LOTS[self.ledger.name]
        own = select(lots.c.id).where(lots.c.member_id == owner)
        if self.ledger.name == "wallet":
            self.session.execute(delete(TopUp).where(TopUp.lot_id.in_(own)))
        self.session.execute(delete(moves).where(moves.c.lot_id.in_(own)))
        self.session.execute(delete(lots).where(lots.c.member_id == owner))
        for table in (self.entries, self.accounts):
            self.session.execute(delete(table).where(table.c[self.ledger.owner] == owner))
        return True

    def what_is_left_of_a_lot(self) -> bool:
        """A lot has more or less left."""
        lot, columns = self._lot()
        _move, left = self.chance.choice(list(columns.values()))
        return self._change_lot(lot, {left: lot[left] + self._some()})

    def what_two_lots_share(self) -> bool:
        """What is missing in one lot is in another, and their moves agree."""
        (lot, columns), keys = self._lot(), set[str]()
        table, moves, _ = LOTS[self.ledger.name]
        move, left = self.chance.choice(list(columns.values()))
        wanted = (table.c.member_id == lot["member_id"], table.c.id != lot["id"])
        other: Any = self.session.execute(select(table).where(*wanted)).mappings().first()
        if other is None:
            return False
        for row, sign in ((lot, -1), (other, 1)):
            self._change_lot(row, {left: row[left] + sign})
            last = self.session.execute(
                select(moves).where(moves.c.lot_id == row["id"]).order_by(moves.c.id.desc())
            ).mappings().first()  # fmt: skip
            assert last is not None
            self.session.execute(update(moves).where(moves.c.id == last["id"]).values({move: last[move] + sign}))
            keys.add(last["entry_key"])
        return len(keys) == 2  # within one entry it is the same entry still, told otherwise

    def a_move_of_a_lot(self) -> bool:
        """A move took another amount."""
        lot, columns = self._lot()
        _, moves, _ = LOTS[self.ledger.name]
        move, _left = self.chance.choice(list(columns.values()))
        rows = self.session.execute(select(moves).where(moves.c.lot_id == lot["id"])).mappings().all()
        row = self.chance.choice(rows)
        self.session.execute(update(moves).where(moves.c.id == row["id"]).values({move: row[move] + self._some()}))
        return True

    def a_lot_is_gone(self) -> bool:
        """A lot is deleted with its moves."""
        lot, _columns = self._lot()
        table, moves, _ = LOTS[self.ledger.name]
        self.session.execute(delete(moves).where(moves.c.lot_id == lot["id"]))
        self.session.execute(delete(table).where(table.c.id == lot["id"]))
        return True

    def what_was_paid_in(self) -> bool:
        """A lot of the wallet pretends that more was paid in: a payout would give more back."""
        if self.ledger.name != "wallet":
            return False
        lot, _columns = self._lot()
        return self._change_lot(lot, {"principal": lot["principal"] + abs(self._some())})


WAYS: tuple[Callable[[Thief], bool], ...] = (
    Thief.an_amount,
    Thief.an_amount_and_what_follows,
    Thief.an_entry_is_gone,
    Thief.an_entry_is_gone_without_a_gap,
    Thief.the_last_is_gone,
    Thief.the_last_is_gone_and_the_balance_corrected,
    Thief.an_entry_in_the_past,
    Thief.an_entry_at_the_end,
    Thief.a_balance,
    Thief.a_balance_and_its_count,
    Thief.balances_change_places,
    Thief.words_of_an_entry,
    Thief.an_entry_of_somebody_else,
    Thief.two_entries_change_places,
    Thief.a_whole_account,
)
LOT_WAYS: tuple[Callable[[Thief], bool], ...] = (
    Thief.what_is_left_of_a_lot,
    Thief.what_two_lots_share,
    Thief.a_move_of_a_lot,
    Thief.a_lot_is_gone,
    Thief.what_was_paid_in,
)
