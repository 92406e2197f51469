"""Moving stored value: every change is one sealed entry and the moves of the lots behind it.

A sale takes the money and its lots first and writes the entry once the order has an id (`open_spending`, then `spend`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from services.shared import ledger
from services.shared.actors import Actor
from services.shared.ledger import Moved
from services.wallet import rules
from services.wallet.books import WALLET
from services.wallet.errors import WalletInsufficient
from services.wallet.models import WalletLot, WalletLotMove
from services.wallet.queries.lots import list_lots, list_parts_of_order
from services.wallet.rules import Order, Part

_lots: Any = WalletLot.__table__
_LOT = insert(_lots).returning(_lots.c.id)
_MOVES = insert(WalletLotMove.__table__)  # type: ignore[arg-type]
_CHANGE = (
    update(_lots)
    .where(_lots.c.id == bindparam("lot"))
    .values(
        principal_left=_lots.c.principal_left + bindparam("more_principal"),
        bonus_left=_lots.c.bonus_left + bindparam("more_bonus"),
    )
)


@dataclass(frozen=True)
class Spending:
    """Stored value that has left a wallet for a sale that is being written: the parts of each lot."""

    moved: Moved
    parts: tuple[Part, ...]

    @property
    def principal(self) -> int:
        """How much of it the member had paid in."""
        return sum(part.principal for part in self.parts)

    @property
    def bonus(self) -> int:
        """How much of it had been given on top."""
        return sum(part.bonus for part in self.parts)


def open_spending(session: Session, member_id: int, amount: int, order: Order) -> Spending:
    """Take `amount` fen out of the wallet, lots in their order. Raises WalletInsufficient."""
    head = ledger.hold(session, WALLET, member_id)
    if sum(head.balances) < amount:
        raise WalletInsufficient
    parts = tuple(rules.spend(list_lots(session, member_id), amount, order))
    taken = (-sum(part.principal for part in parts), -sum(part.bonus for part in parts))
    moved = ledger.move(session, WALLET, member_id, taken, head=head)
    if moved is None:
        raise WalletInsufficient
    _shift(session, _negative(parts))
    return Spending(moved, parts)


def spend(
    session: Session, spending: Spending, *, store_id: int, order_id: int, by_member_id: int | None = None, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Write the entry of an opened spending, once per order; `by_member_id` bought, where that is not whose wallet it is."""
    key = f"order:{order_id}:spend"
    enter(
        session, spending.moved, "spend", key, store_id=store_id, order_id=order_id, by_member_id=by_member_id,
        actor=actor, at=at,
    )  # fmt: skip
    _note_parts(session, key, _negative(spending.parts))


def give_back(
    session: Session, member_id: int, amount: int, *, store_id: int, order_id: int, key: str,
    by_member_id: int | None = None, actor: Actor, at: datetime,
) -> Spending:  # fmt: skip
    """Return `amount` fen that an order spent to the lots they came from. ValueError when that is more than it spent."""
    spent, returned = list_parts_of_order(session, order_id)
    parts = tuple(rules.give_back(spent, returned, amount))
    back = (sum(part.principal for part in parts), sum(part.bonus for part in parts))
    moved = ledger.move(session, WALLET, member_id, back)
    assert moved is not None, "a wallet can always be given something"
    enter(
        session, moved, "give_back", key, store_id=store_id, order_id=order_id, by_member_id=by_member_id, actor=actor,
        at=at,
    )  # fmt: skip
    change_lots(session, key, parts)
    return Spending(moved, parts)


def put(
    session: Session, member_id: int, principal: int, bonus: int, *, kind: str, key: str, store_id: int | None,
    note: str = "", origin: WalletLot | None = None, actor: Actor, at: datetime,
) -> tuple[int, Moved]:  # fmt: skip
    """A new lot of `principal` and `bonus` with its entry; the lot's id, and the balances before and after. `origin` is the lot of a
    merged card that it goes on from: paid in when that was."""
    moved = ledger.move(session, WALLET, member_id, (principal, bonus))
    assert moved is not None, "a wallet can always be given something"
    enter(session, moved, kind, key, store_id=store_id, note=note, actor=actor, at=at)
    row = {
        "member_id": member_id, "principal": principal, "bonus": bonus, "principal_left": principal, "bonus_left": bonus,
        "created_at": origin.created_at if origin else at, "origin_id": (origin.origin_id or origin.id) if origin else None,
    }  # fmt: skip
    lot_id = session.connection().execute(_LOT, row).scalar_one()
    session.connection().execute(_MOVES, [{"entry_key": key, "lot_id": lot_id, "principal": principal, "bonus": bonus}])
    return lot_id, moved


def take(
    session: Session, member_id: int, parts: Sequence[Part], *, kind: str, key: str, store_id: int | None,
    note: str = "", actor: Actor, at: datetime,
) -> Moved:  # fmt: skip
    """Take named parts out of lots with one entry. Raises WalletInsufficient."""
    taken = (-sum(part.principal for part in parts), -sum(part.bonus for part in parts))
    moved = ledger.move(session, WALLET, member_id, taken)
    if moved is None:
        raise WalletInsufficient
    enter(session, moved, kind, key, store_id=store_id, note=note, actor=actor, at=at)
    change_lots(session, key, _negative(parts))
    return moved


def enter(
    session: Session, moved: Moved, kind: str, key: str, *, store_id: int | None, order_id: int | None = None,
    by_member_id: int | None = None, note: str = "", actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Write the entry of a moved balance."""
    fields = {
        "kind": kind, "key": key, "store_id": store_id, "order_id": order_id, "by_member_id": by_member_id, "note": note,
        "actor_kind": actor.kind, "actor_id": actor.id, "at": at,
    }  # fmt: skip
    ledger.enter(session, WALLET, moved, fields)


def change_lots(session: Session, key: str, parts: Sequence[Part]) -> None:
    """Book signed parts on their lots, for the entry `key`."""
    _shift(session, parts)
    _note_parts(session, key, parts)


def _negative(parts: Sequence[Part]) -> list[Part]:
    return [Part(part.lot_id, -part.principal, -part.bonus) for part in parts]


def _shift(session: Session, parts: Sequence[Part]) -> None:
    rows = [{"lot": part.lot_id, "more_principal": part.principal, "more_bonus": part.bonus} for part in parts]
    session.connection().execute(_CHANGE, rows)


def _note_parts(session: Session, key: str, parts: Sequence[Part]) -> None:
    rows = [
        {"entry_key": key, "lot_id": part.lot_id, "principal": part.principal, "bonus": part.bonus} for part in parts
    ]
    session.connection().execute(_MOVES, rows)
