"""Looking up points: balances, entries, what a purchase would earn."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.loyalty.models import PendingPoints, PointsAccount, PointsEntry, PointsLot, PointsLotMove
from services.loyalty.rules import Rate, points_of
from services.loyalty.rules.lots import Lot
from services.shared.days import end_of_month
from services.stores.queries import load_settings
from services.stores.settings import Settings


def rate_of(settings: Settings) -> Rate:
    """The shop's rule for earning."""
    return Rate(settings["points.step"], settings["points.per_step"], settings["points.way"])


def get_earning(settings: Settings, paid: int) -> int:
    """The points that `paid` fen earn at single rate."""
    return points_of([paid], [100], rate_of(settings))


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


def list_lots(session: Session, member_id: int) -> list[Lot]:
    """What is left of the member's points, lot by lot, the first to expire first."""
    rows = session.connection().execute(_LOTS, {"member": member_id})
    return [Lot(row.id, row.left, row.expires_at, row.order_id) for row in rows]


def list_pending(session: Session, member_id: int) -> list[PendingPoints]:
    """Points that will count once their order's return window has passed, the first to come first."""
    query = select(PendingPoints).where(PendingPoints.member_id == member_id)
    return list(session.scalars(query.order_by(PendingPoints.due_at, PendingPoints.order_id)))


def find_pending(session: Session, order_id: int) -> PendingPoints | None:
    """What is pending of an order."""
    return session.get(PendingPoints, order_id)


def list_due(session: Session, *, at: datetime, after: int = 0, limit: int = 100) -> list[int]:
    """Orders whose pending points are due, by id."""
    query = select(PendingPoints.order_id).where(PendingPoints.due_at <= at, PendingPoints.order_id > after)
    return list(session.scalars(query.order_by(PendingPoints.order_id).limit(limit)))


def list_expired(session: Session, *, at: datetime, after: int = 0, limit: int = 100) -> list[int]:
    """Members who have points past their end, by id."""
    query = select(PointsLot.member_id).where(PointsLot.left > 0, PointsLot.expires_at <= at)
    return list(
        session.scalars(query.where(PointsLot.member_id > after).distinct().order_by(PointsLot.member_id).limit(limit))
    )


def list_ends(session: Session, start: datetime, end: datetime) -> list[datetime]:
    """The moments after `start`, up to `end`, at which points of anybody expire."""
    within = PointsLot.left > 0, PointsLot.expires_at > start, PointsLot.expires_at <= end
    return [each for each in session.scalars(select(PointsLot.expires_at).where(*within).distinct()) if each]


def list_expiring(session: Session, expires_at: datetime, *, after: int = 0, limit: int = 100) -> list[tuple[int, int]]:
    """Who has points that expire at that moment, and how many: (member, points), by member."""
    rows = session.execute(
        select(PointsLot.member_id, func.sum(PointsLot.left))
        .where(PointsLot.left > 0, PointsLot.expires_at == expires_at, PointsLot.member_id > after)
        .group_by(PointsLot.member_id)
        .order_by(PointsLot.member_id)
        .limit(limit)
    )
    return [(row[0], int(row[1])) for row in rows]


def get_lot_expiry(session: Session, at: datetime) -> datetime | None:
    """When points that come in at `at` expire: the end of the n-th month after, in the shop's zone; None where they never do."""
    settings = load_settings(session)
    months = settings["points.months"]
    return end_of_month(at, months, settings.zone) if months else None


_lots: Any = PointsLot.__table__
_LOTS = (
    select(_lots.c.id, _lots.c.left, _lots.c.expires_at, _lots.c.order_id)
    .where(_lots.c.member_id == bindparam("member"), _lots.c.left > 0)
    .order_by(_lots.c.expires_at.is_(None), _lots.c.expires_at, _lots.c.id)
)


def list_lots_of_order(session: Session, order_id: int) -> Sequence[int]:
    """The lots that an order earned."""
    return session.scalars(_EARNED, {"order": order_id}).all()


def list_spent(session: Session, order_id: int, points: int) -> list[tuple[datetime | None, int]]:
    """Of which lots (by their expiry, the last first) the `points` came that an order spent and that its newest return gives back."""
    returned = session.scalar(
        select(func.coalesce(func.sum(PointsEntry.amount), 0)).where(
            PointsEntry.order_id == order_id, PointsEntry.kind == "give_back"
        )
    )
    skip = (returned or 0) - points  # the entry of this very return is written already
    parts = []
    for expires_at, spent in session.execute(_SPENT, {"key": f"order:{order_id}:spend"}):
        back = min(spent - min(skip, spent), points)
        skip -= min(skip, spent)
        points -= back
        if back:
            parts.append((expires_at, back))
    return parts


_moves: Any = PointsLotMove.__table__
_EARNED = (
    select(PointsLotMove.lot_id)
    .join(PointsEntry, PointsEntry.key == PointsLotMove.entry_key)
    .where(PointsEntry.order_id == bindparam("order"), PointsEntry.kind == "earn")
)
_SPENT = (
    select(_lots.c.expires_at, -_moves.c.amount)
    .join(_moves, _moves.c.lot_id == _lots.c.id)
    .where(_moves.c.entry_key == bindparam("key"))
    .order_by(_lots.c.expires_at.is_(None).desc(), _lots.c.expires_at.desc(), _lots.c.id.desc())
)
