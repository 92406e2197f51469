"""What has to hold between a wallet and its lots; `changke verify` asks it of every member."""

from collections.abc import Iterator

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.wallet.models import WalletAccount, WalletLot, WalletLotMove


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every wallet that is not what is left in its lots, and every lot that is not the sum of its moves."""
    lots = (
        select(
            WalletLot.member_id,
            func.sum(WalletLot.principal_left).label("principal"),
            func.sum(WalletLot.bonus_left).label("bonus"),
        )
        .group_by(WalletLot.member_id)
        .subquery()
    )
    principal, bonus = func.coalesce(lots.c.principal, 0), func.coalesce(lots.c.bonus, 0)
    for row in session.execute(
        select(WalletAccount.member_id, WalletAccount.principal, WalletAccount.bonus, principal, bonus)
        .outerjoin(lots, lots.c.member_id == WalletAccount.member_id)
        .where(or_(WalletAccount.principal != principal, WalletAccount.bonus != bonus))
    ):
        yield f"wallet of {row[0]}: {row[1]} + {row[2]} ≠ {row[3]} + {row[4]} left in lots"
    moves = (
        select(
            WalletLotMove.lot_id,
            func.sum(WalletLotMove.principal).label("principal"),
            func.sum(WalletLotMove.bonus).label("bonus"),
        )
        .group_by(WalletLotMove.lot_id)
        .subquery()
    )
    moved, given = func.coalesce(moves.c.principal, 0), func.coalesce(moves.c.bonus, 0)
    for row in session.execute(
        select(WalletLot.id, WalletLot.principal_left, WalletLot.bonus_left, moved, given)
        .outerjoin(moves, moves.c.lot_id == WalletLot.id)
        .where(or_(WalletLot.principal_left != moved, WalletLot.bonus_left != given))
    ):
        yield f"wallet lot {row[0]}: {row[1]} + {row[2]} left ≠ Σ moves {row[3]} + {row[4]}"
