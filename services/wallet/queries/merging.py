"""What came to a member from cards that were merged into theirs."""

from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from services.wallet.models import WalletEntry, WalletLot, WalletLotMove

TRANSFER = "transfer"


def select_came(member_id: int, of: Sequence[int], *, also_empty: bool = False) -> Select[WalletLot]:
    """The lots of `member_id` that came from the cards `of`, the oldest first."""
    origins = select(WalletLot.id).where(WalletLot.member_id.in_(of))
    query = select(WalletLot).where(WalletLot.member_id == member_id, WalletLot.origin_id.in_(origins))
    if not also_empty:
        query = query.where(WalletLot.principal_left + WalletLot.bonus_left > 0)
    return query.order_by(WalletLot.id)


def was_spent(session: Session, member_id: int, of: Sequence[int]) -> bool:
    """Whether something of what came was spent, paid out or taken, and has not come back since."""
    lots = select_came(member_id, of, also_empty=True).with_only_columns(WalletLot.id).order_by(None)
    moves = (
        select(WalletLotMove.lot_id)
        .join(WalletEntry, WalletEntry.key == WalletLotMove.entry_key)
        .where(WalletLotMove.lot_id.in_(lots), WalletEntry.kind != TRANSFER)
        .group_by(WalletLotMove.lot_id)
        .having(or_(func.sum(WalletLotMove.principal) != 0, func.sum(WalletLotMove.bonus) != 0))
    )
    return session.scalar(moves.limit(1)) is not None
