"""A wallet whose owner is erased: empty, and without words."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.shared import ledger
from services.shared.actors import Actor
from services.wallet.books import WALLET
from services.wallet.commands.moves import take
from services.wallet.models import Payout
from services.wallet.queries.lots import list_lots
from services.wallet.rules import Part


def give_up_wallet(session: Session, member_id: int, *, actor: Actor, at: datetime) -> tuple[int, int]:
    """Take what is left out of the books, by one entry: principal and bonus (fen). The caller knows that the member gives it up."""
    ledger.hold(session, WALLET, member_id)
    parts = [Part(lot.id, lot.principal_left, lot.bonus_left) for lot in list_lots(session, member_id)]
    if parts:
        key = f"erasure:{member_id}:wallet"
        take(session, member_id, parts, kind="adjust", key=key, store_id=None, actor=actor, at=at)
    ledger.unsay(session, WALLET, member_id)
    session.execute(update(Payout).where(Payout.member_id == member_id).values(reason=""))
    return sum(part.principal for part in parts), sum(part.bonus for part in parts)
