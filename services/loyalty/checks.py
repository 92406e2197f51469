"""What has to hold between points and the lots they came in; `changke verify` asks it of every member."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services.loyalty.models import PointsAccount, PointsEntry, PointsLot, PointsLotMove


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every balance that is not what is left in the lots (less a debt), every lot that is not the sum of its moves, and
    every entry after which the lots held something else than it says.
    """
    yield from _balances(session)
    yield from _lots(session)
    yield from _entries(session)


def _balances(session: Session) -> Iterator[str]:
    left = select(PointsLot.member_id, func.sum(PointsLot.left).label("left")).group_by(PointsLot.member_id).subquery()
    there = func.coalesce(left.c.left, 0)
    balance = case((PointsAccount.balance > 0, PointsAccount.balance), else_=0)
    accounts = select(PointsAccount.member_id, PointsAccount.balance, there)
    for member, points, lots in session.execute(
        accounts.outerjoin(left, left.c.member_id == PointsAccount.member_id).where(balance != there)
    ):
        yield f"points of {member}: balance {points} ≠ {lots} left in lots"


def _lots(session: Session) -> Iterator[str]:
    moved = (
        select(PointsLotMove.lot_id, func.sum(PointsLotMove.amount).label("sum"))
        .group_by(PointsLotMove.lot_id)
        .subquery()
    )
    total = func.coalesce(moved.c.sum, 0)
    for lot, left_there, moves in session.execute(
        select(PointsLot.id, PointsLot.left, total)
        .outerjoin(moved, moved.c.lot_id == PointsLot.id)
        .where(PointsLot.left != total)
    ):
        yield f"points lot {lot}: {left_there} left ≠ Σ moves {moves}"


def _entries(session: Session) -> Iterator[str]:
    """Lots began in the middle of some ledgers: what stood before the first move has none."""
    moved = (
        select(PointsLotMove.entry_key, func.sum(PointsLotMove.amount).label("sum"))
        .group_by(PointsLotMove.entry_key)
        .subquery()
    )
    entries = (
        select(PointsEntry.member_id, PointsEntry.key, PointsEntry.balance_after, moved.c.sum)
        .outerjoin(moved, moved.c.entry_key == PointsEntry.key)
        .order_by(PointsEntry.member_id, PointsEntry.sequence)
        .execution_options(yield_per=5000)
    )
    for member, own in groupby(session.execute(entries), key=lambda row: row.member_id):
        held = None
        for _member, key, balance, moves in own:
            if moves is not None:
                held = (held or 0) + int(moves)
            if held is not None and held != max(0, balance):
                yield f"points of {member}: after {key} the lots held {held}, the balance was {balance}"
                held = max(0, balance)
