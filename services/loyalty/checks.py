"""What has to hold between points and the lots they came in; `changke verify` asks it of every member."""

from collections.abc import Iterator

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services.loyalty.models import PointsAccount, PointsLot, PointsLotMove


def find_differences(session: Session) -> Iterator[str]:
    """A sentence for every balance that is not what is left in the lots (less a debt), and every lot that is not the sum of its moves."""
    left = select(PointsLot.member_id, func.sum(PointsLot.left).label("left")).group_by(PointsLot.member_id).subquery()
    there = func.coalesce(left.c.left, 0)
    balance = case((PointsAccount.balance > 0, PointsAccount.balance), else_=0)
    accounts = select(PointsAccount.member_id, PointsAccount.balance, there)
    for member, points, lots in session.execute(
        accounts.outerjoin(left, left.c.member_id == PointsAccount.member_id).where(balance != there)
    ):
        yield f"points of {member}: balance {points} ≠ {lots} left in lots"
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
