"""Stored value goes from one card to another of the same person: per lot a pair of entries, principal and bonus kept; old entries keep
their member. The caller holds both accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.shared import ids, ledger, money
from services.shared.actors import Actor
from services.stores.queries import load_settings
from services.wallet.books import WALLET
from services.wallet.commands.moves import put, take
from services.wallet.errors import CapByMerge
from services.wallet.models import WalletLot
from services.wallet.queries.merging import TRANSFER
from services.wallet.rules import Part


def require_room_for_both(session: Session, winner_id: int, loser_id: int) -> None:
    """Raise CapByMerge where what both hold is more than one named card may (facts.md §3.2)."""
    cap = load_settings(session)["wallet.cap"]
    held = sum(sum(ledger.hold(session, WALLET, each).balances) for each in (winner_id, loser_id))
    if held > cap:
        raise CapByMerge(held=money.text(held), cap=money.text(cap))


@dataclass(frozen=True)
class WalletMoved:
    """How many fen went along, lot by lot as (lot, the lot it came from, principal, bonus)."""

    fen: int
    lots: list[tuple[int, int, int, int]]


def hand_on_wallet(session: Session, from_id: int, to_id: int, *, actor: Actor, at: datetime) -> WalletMoved:
    """Every lot with something left, as a lot of the other card."""
    left = WalletLot.principal_left + WalletLot.bonus_left > 0
    lots = session.scalars(select(WalletLot).where(WalletLot.member_id == from_id, left).order_by(WalletLot.id)).all()
    moved, doing = [], _doing(actor, at)
    for lot in lots:
        key, part = _key(from_id, to_id), Part(lot.id, lot.principal_left, lot.bonus_left)
        take(session, from_id, [part], key=f"{key}:out", **doing)
        opened, _ = put(session, to_id, part.principal, part.bonus, key=f"{key}:in", origin=lot, **doing)
        moved.append((opened, lot.id, part.principal, part.bonus))
    session.expire_all()
    return WalletMoved(sum(principal + bonus for _, _, principal, bonus in moved), moved)


def hand_back_wallet(
    session: Session, from_id: int, to_id: int, lots: Iterable[Sequence[int]], *, actor: Actor, at: datetime
) -> int:
    """What came goes back into the lots it came from; how many fen. Whether it is all there still is the caller's to know
    (queries.merging.were_touched)."""
    total = 0
    for came_in, from_lot, principal, bonus in lots:
        key, doing = _key(from_id, to_id), _doing(actor, at)
        take(session, from_id, [Part(came_in, principal, bonus)], key=f"{key}:out", **doing)
        take(session, to_id, [Part(from_lot, -principal, -bonus)], key=f"{key}:in", **doing)
        total += principal + bonus
    session.expire_all()
    return total


def _doing(actor: Actor, at: datetime) -> dict[str, Any]:
    return {"kind": TRANSFER, "store_id": None, "actor": actor, "at": at}


def _key(from_id: int, to_id: int) -> str:
    return f"{TRANSFER}:{from_id}:{to_id}:{ids.token()}"
