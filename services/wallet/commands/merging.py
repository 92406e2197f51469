"""Stored value goes from one card to another of the same person: per lot a pair of entries, principal and bonus kept; old entries keep
their member. The caller holds both accounts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.shared import ids, ledger, money
from services.shared.actors import Actor
from services.stores.queries import load_settings
from services.wallet.books import WALLET
from services.wallet.commands.moves import put, take
from services.wallet.errors import CapByMerge
from services.wallet.models import WalletLot
from services.wallet.queries.merging import TRANSFER, select_came
from services.wallet.rules import Part


def require_room_for_both(session: Session, winner_id: int, loser_id: int) -> None:
    """Raise CapByMerge where what both hold is more than one named card may (facts.md §3.2)."""
    cap = load_settings(session)["wallet.cap"]
    held = sum(sum(ledger.hold(session, WALLET, each).balances) for each in (winner_id, loser_id))
    if held > cap:
        raise CapByMerge(held=money.text(held), cap=money.text(cap))


def hand_on_wallet(session: Session, from_id: int, to_id: int, *, actor: Actor, at: datetime) -> int:
    """Every lot with something left; how many fen."""
    left = WalletLot.principal_left + WalletLot.bonus_left > 0
    lots = session.scalars(select(WalletLot).where(WalletLot.member_id == from_id, left).order_by(WalletLot.id)).all()
    return _hand_on(session, lots, from_id, to_id, actor=actor, at=at)


def hand_back_wallet(
    session: Session, from_id: int, to_id: int, of: Sequence[int], *, actor: Actor, at: datetime
) -> int:
    """The lots that came of the cards `of` go back; what was spent of them is the caller's to refuse."""
    return _hand_on(session, session.scalars(select_came(from_id, of)).all(), from_id, to_id, actor=actor, at=at)


def _hand_on(
    session: Session, lots: Sequence[WalletLot], from_id: int, to_id: int, *, actor: Actor, at: datetime
) -> int:
    total = 0
    for lot in lots:
        key, part = f"{TRANSFER}:{from_id}:{to_id}:{ids.token()}", Part(lot.id, lot.principal_left, lot.bonus_left)
        take(session, from_id, [part], kind=TRANSFER, key=f"{key}:out", store_id=None, actor=actor, at=at)
        put(
            session, to_id, part.principal, part.bonus, kind=TRANSFER, key=f"{key}:in", store_id=None,
            origin_id=lot.origin_id or lot.id, actor=actor, at=at,
        )  # fmt: skip
        total += part.principal + part.bonus
    session.expire_all()
    return total
