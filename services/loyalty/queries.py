"""Looking up points: balances, entries, what a purchase would earn."""

from collections.abc import Collection, Sequence
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.loyalty.models import PointsAccount, PointsEntry
from services.loyalty.rules import points_for
from services.shared.ledger import Ledger
from services.stores.settings import Settings

# A balance may be negative: points taken back by a refund after they were spent.
POINTS = Ledger(
    "points",
    account=PointsAccount,
    owner=PointsAccount.member_id,
    balance=PointsAccount.balance,
    entry_owner=PointsEntry.member_id,
    entry_amount=PointsEntry.amount,
    floor=None,
)


def get_earning(settings: Settings, paid: int) -> int:
    """The points that `paid` fen earn under the shop's rule."""
    return points_for(
        paid, step=settings["points.step"], per_step=settings["points.per_step"], way=settings["points.way"]
    )


def get_balance(session: Session, member_id: int) -> int:
    """The points of one member; 0 before the first entry."""
    return session.scalar(select(PointsAccount.balance).where(PointsAccount.member_id == member_id)) or 0


def list_balances(session: Session, member_ids: Collection[int]) -> dict[int, int]:
    """The points of several members by id; every asked id has an answer."""
    rows: Sequence[Any] = session.execute(
        select(PointsAccount.member_id, PointsAccount.balance).where(PointsAccount.member_id.in_(member_ids))
    ).all()
    known: dict[int, int] = {row.member_id: row.balance for row in rows}
    return {member_id: known.get(member_id, 0) for member_id in member_ids}


def list_entries(
    session: Session,
    member_id: int,
    *,
    way: Literal["in", "out"] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[PointsEntry]:
    """Why the balance is what it is: entries, newest first, all of them or one way; `after` is the id of the last one seen."""
    query = select(PointsEntry).where(PointsEntry.member_id == member_id)
    if way is not None:
        query = query.where(PointsEntry.amount > 0 if way == "in" else PointsEntry.amount < 0)
    if after is not None:
        query = query.where(PointsEntry.id < after)
    return list(session.scalars(query.order_by(PointsEntry.id.desc()).limit(limit)))
