"""A ledger's tables as somebody with a SQL prompt sees them: entries, accounts, lots and their moves."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.loyalty.models import PointsLot, PointsLotMove
from services.shared.ledger import Ledger
from services.wallet.models import TopUp, WalletLot, WalletLotMove

Row = Mapping[str, Any]
# By ledger: lots, moves, and per balance the column of a move and of what is left in a lot.
LOTS: dict[str, tuple[Any, Any, dict[str, tuple[str, str]]]] = {
    "points": (PointsLot.__table__, PointsLotMove.__table__, {"amount": ("amount", "left")}),
    "wallet": (
        WalletLot.__table__,
        WalletLotMove.__table__,
        {"principal": ("principal", "principal_left"), "bonus": ("bonus", "bonus_left")},
    ),
}


@dataclass
class Tables:
    """The tables of `ledger`, and what can be done to them in one step."""

    session: Session
    ledger: Ledger
    chance: random.Random

    @property
    def entries(self) -> Any:
        """The table of entries."""
        return self.ledger.entry.__table__

    @property
    def accounts(self) -> Any:
        """The table of accounts."""
        return self.ledger.account.__table__

    def _some(self) -> int:
        return self.chance.choice([-1000, -100, -7, -1, 1, 7, 100, 1000])

    def _entry(self) -> Row:
        return dict(self.chance.choice(self.session.execute(select(self.entries)).mappings().all()))

    def _last(self) -> Row:
        own = self.entries.c[self.ledger.owner] == self._entry()[self.ledger.owner]
        last = select(self.entries).where(own).order_by(self.entries.c.sequence.desc()).limit(1)
        return dict(self.session.execute(last).mappings().one())

    def _after(self, row: Row) -> list[Row]:
        table = self.entries
        later = (table.c[self.ledger.owner] == row[self.ledger.owner]) & (table.c.sequence > row["sequence"])
        return [
            dict(each)
            for each in self.session.execute(select(table).where(later).order_by(table.c.sequence)).mappings()
        ]

    def _set(self, row: Row, values: Row) -> bool:
        self.session.execute(update(self.entries).where(self.entries.c.id == row["id"]).values(values))
        return True

    def _delete(self, row: Row) -> bool:
        if self.ledger.name in LOTS:
            _lots, moves, _ = LOTS[self.ledger.name]
            self.session.execute(delete(moves).where(moves.c.entry_key == row["key"]))
        self.session.execute(delete(self.entries).where(self.entries.c.id == row["id"]))
        return True

    def _account(self, row: Row, values: Row) -> bool:
        own = self.accounts.c[self.ledger.owner] == row[self.ledger.owner]
        self.session.execute(update(self.accounts).where(own).values(values))
        return True

    def _count(self, row: Row, more: int) -> bool:
        return self._account(row, {"sequence": self.accounts.c.sequence + more})

    def _raise_from(self, row: Row, column: Any, more: int) -> None:
        """Every balance from an entry on, and the account's."""
        table = self.entries
        later = (table.c[self.ledger.owner] == row[self.ledger.owner]) & (table.c.sequence >= row["sequence"])
        self.session.execute(update(table).where(later).values({column.after: table.c[column.after] + more}))
        self._account(row, {column.balance: self.accounts.c[column.balance] + more})

    def _raise_a_lot(self, row: Row, amount: str, more: int) -> bool:
        """The lot that an entry moved, and its move."""
        if self.ledger.name not in LOTS:
            return True
        lots, moves, columns = LOTS[self.ledger.name]
        move, left = columns[amount]
        moved = self.session.execute(select(moves).where(moves.c.entry_key == row["key"])).mappings().first()
        if moved is None:
            return True
        self.session.execute(update(moves).where(moves.c.id == moved["id"]).values({move: moved[move] + more}))
        whole = {left: lots.c[left] + more} | {move: lots.c[move] + more}
        self.session.execute(update(lots).where(lots.c.id == moved["lot_id"]).values(whole))
        return True

    def _forget_moves(self, row: Row) -> None:
        """Lots as if an entry had never been; one that it opened is gone."""
        if self.ledger.name not in LOTS:
            return
        lots, moves, columns = LOTS[self.ledger.name]
        for moved in self.session.execute(select(moves).where(moves.c.entry_key == row["key"])).mappings().all():
            self.session.execute(delete(moves).where(moves.c.id == moved["id"]))
            alone = self.session.scalar(select(moves.c.id).where(moves.c.lot_id == moved["lot_id"])) is None
            back = {left: lots.c[left] - moved[move] for move, left in columns.values()}
            own = lots.c.id == moved["lot_id"]
            if alone and self.ledger.name == "wallet":
                self.session.execute(delete(TopUp).where(TopUp.lot_id == moved["lot_id"]))
            self.session.execute(delete(lots).where(own) if alone else update(lots).where(own).values(back))

    def _lot(self) -> tuple[Row, dict[str, tuple[str, str]]]:
        table, _moves, columns = LOTS[self.ledger.name]
        return dict(self.chance.choice(self.session.execute(select(table)).mappings().all())), columns

    def _change_lot(self, lot: Row, values: Row) -> bool:
        table = LOTS[self.ledger.name][0]
        self.session.execute(update(table).where(table.c.id == lot["id"]).values(values))
        return True
