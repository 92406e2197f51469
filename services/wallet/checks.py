"""What has to hold between a wallet and its lots; `changke verify` asks it of every member."""

from collections.abc import Iterator

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.wallet.models import WalletAccount, WalletEntry, WalletLot, WalletLotMove


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every wallet that is not what is left in its lots, every lot that is not the sum of its moves or not what it was
    opened with, and every entry that moved something else than its lots say.
    """
    yield from _balances(session)
    yield from _lots(session)
    yield from _openings(session)
    yield from _entries(session)


def _balances(session: Session) -> Iterator[str]:
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


def _lots(session: Session) -> Iterator[str]:
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


def _openings(session: Session) -> Iterator[str]:
    """What was paid in is what the legal floor of a payout is reckoned from: it stands where the lot's first move says."""
    first = select(func.min(WalletLotMove.id)).group_by(WalletLotMove.lot_id)
    for lot, principal, bonus, put, given in session.execute(
        select(WalletLot.id, WalletLot.principal, WalletLot.bonus, WalletLotMove.principal, WalletLotMove.bonus)
        .join(WalletLotMove, WalletLotMove.lot_id == WalletLot.id)
        .where(
            WalletLotMove.id.in_(first),
            or_(WalletLot.principal != WalletLotMove.principal, WalletLot.bonus != WalletLotMove.bonus),
        )
    ):
        yield f"wallet lot {lot}: {principal} + {bonus} ≠ {put} + {given} that it was opened with"


def _entries(session: Session) -> Iterator[str]:
    moves = (
        select(
            WalletLotMove.entry_key,
            func.sum(WalletLotMove.principal).label("principal"),
            func.sum(WalletLotMove.bonus).label("bonus"),
        )
        .group_by(WalletLotMove.entry_key)
        .subquery()
    )
    principal, bonus = func.coalesce(moves.c.principal, 0), func.coalesce(moves.c.bonus, 0)
    for row in session.execute(
        select(WalletEntry.key, WalletEntry.principal, WalletEntry.bonus, principal, bonus)
        .outerjoin(moves, moves.c.entry_key == WalletEntry.key)
        .where(or_(WalletEntry.principal != principal, WalletEntry.bonus != bonus))
    ):
        yield f"wallet entry {row[0]}: {row[1]} + {row[2]} ≠ {row[3]} + {row[4]} moved in lots"
