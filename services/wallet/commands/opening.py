"""What members bring along from other books: an opening entry each, once by its key, and its way back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.shared import ledger, money
from services.shared.actors import Actor
from services.stores.queries import load_settings
from services.wallet.books import WALLET
from services.wallet.commands.moves import put
from services.wallet.errors import OverCap
from services.wallet.models import WalletEntry, WalletLot, WalletLotMove

OPENING, TAKEN_BACK = "opening", "opening_undone"


def open_wallets(
    session: Session, openings: Sequence[tuple[int, int, int, str]], *, actor: Actor, at: datetime
) -> None:
    """First entries of members who have no wallet yet: id, principal, bonus, key. The cap is the caller's to check."""
    entries = [
        (member, (principal, bonus), _fields(OPENING, key, actor, at)) for member, principal, bonus, key in openings
    ]
    ledger.begin(session, WALLET, entries)
    lots = [
        {"member_id": member, "principal": principal, "bonus": bonus, "principal_left": principal, "bonus_left": bonus,
         "created_at": at} for member, principal, bonus, _ in openings
    ]  # fmt: skip
    if lots:
        fresh = insert(WalletLot).returning(WalletLot.id, sort_by_parameter_order=True)
        moves: list[dict[str, Any]] = [
            {"entry_key": key, "lot_id": lot, "principal": principal, "bonus": bonus}
            for lot, (_, principal, bonus, key) in zip(session.scalars(fresh, lots), openings, strict=True)
        ]
        session.execute(insert(WalletLotMove), moves)


def open_wallet(
    session: Session, member_id: int, principal: int, bonus: int, *, key: str, actor: Actor, at: datetime
) -> None:
    """The same for one who may have a wallet. Raises OverCap."""
    cap = load_settings(session)["wallet.cap"]
    room = cap - sum(ledger.hold(session, WALLET, member_id).balances)
    if principal + bonus > room:
        raise OverCap("principal", cap=money.text(cap), room=money.text(max(0, room)))
    put(session, member_id, principal, bonus, kind=OPENING, key=key, store_id=None, actor=actor, at=at)


def take_back_openings(
    session: Session, openings: Sequence[tuple[int, str]], *, actor: Actor, at: datetime
) -> set[int]:
    """Take what these keys brought their members (id, key; each member once) out of the books, by entries of their own; nothing where
    a key brought nothing, or was taken back before. Returns who has used some of it: theirs stays."""
    keys = dict(openings)
    heads = ledger.hold_many(session, WALLET, keys)
    brought = select(WalletLotMove.entry_key, WalletLot).join(WalletLot, WalletLot.id == WalletLotMove.lot_id)
    lots = dict(session.execute(brought.where(WalletLotMove.entry_key.in_(keys.values()))).tuples().all())
    done = select(WalletEntry.key).where(WalletEntry.key.in_([f"{key}:undo" for key in keys.values()]))
    gone = set(session.scalars(done))
    mine = [(member, f"{key}:undo", lots[key]) for member, key in openings if key in lots and f"{key}:undo" not in gone]
    whole = [
        each for each in mine if (each[2].principal_left, each[2].bonus_left) == (each[2].principal, each[2].bonus)
    ]
    entries = [
        (member, (-lot.principal, -lot.bonus), _fields(TAKEN_BACK, key, actor, at)) for member, key, lot in whole
    ]
    ledger.move_many(session, WALLET, heads, entries)
    if whole:
        taken = update(WalletLot).where(WalletLot.id.in_([lot.id for *_, lot in whole]))
        session.execute(taken.values(principal_left=0, bonus_left=0))
        moves = [
            {"entry_key": key, "lot_id": lot.id, "principal": -lot.principal, "bonus": -lot.bonus}
            for _, key, lot in whole
        ]
        session.execute(insert(WalletLotMove), moves)
    return {member for member, *_ in mine} - {member for member, *_ in whole}


def _fields(kind: str, key: str, actor: Actor, at: datetime) -> dict[str, object]:
    return {
        "kind": kind, "key": key, "store_id": None, "order_id": None, "note": "", "actor_kind": actor.kind, "actor_id": actor.id,
        "at": at,
    }  # fmt: skip
