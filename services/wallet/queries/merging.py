"""Whether what came to a member from a merged card is there still, as it came."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.wallet.models import WalletEntry, WalletLot, WalletLotMove

TRANSFER = "transfer"


def were_touched(session: Session, lots: Iterable[Sequence[int]]) -> bool:
    """Whether something was spent of these lots (lot, the one before, principal, bonus), paid out, or came back, since they came."""
    came = {(lot, principal, bonus) for lot, _before, principal, bonus in lots}
    ids = [lot for lot, _principal, _bonus in came]
    whole = select(WalletLot.id, WalletLot.principal_left, WalletLot.bonus_left).where(WalletLot.id.in_(ids))
    if set(session.execute(whole).tuples().all()) != came:
        return True
    others = select(WalletLotMove.id).join(WalletEntry, WalletEntry.key == WalletLotMove.entry_key)
    moved = others.where(WalletLotMove.lot_id.in_(ids), WalletEntry.kind != TRANSFER)
    return session.scalar(moved.limit(1)) is not None
