"""Points, growth and level go from one card to another of the same person: per lot a pair of entries, its expiry kept; old entries keep
their member. The caller holds both accounts (`hold_both`)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.loyalty.books import GROWTH, POINTS
from services.loyalty.commands.growth import rise
from services.loyalty.commands.points import open_lot, take_from, take_out
from services.loyalty.models import GrowthEntry, MemberTier, PendingPoints, PointsLot, Tier
from services.loyalty.queries.merging import TRANSFER, list_pending
from services.loyalty.queries.points import list_lots
from services.loyalty.rules.lots import left_of_new
from services.shared import ids, ledger
from services.shared.actors import Actor
from services.shared.ledger import Ledger


@dataclass(frozen=True)
class PointsMoved:
    """How many points went along, lot by lot as (lot, the lot it came from, points); whether a debt was part of it."""

    points: int
    lots: list[tuple[int, int, int]]
    debt: bool


def hand_on_points(
    session: Session, from_id: int, to_id: int, *, first: Iterable[int] = (), actor: Actor, at: datetime
) -> PointsMoved:
    """Everything that is left, and a debt. `first` are the lots of `to_id` that a debt takes before others.

    There is an entry also for nothing: the account moves on, so that a sale which was checked before notices.
    """
    lots = list_lots(session, from_id)
    owed = min(ledger.hold(session, POINTS, each).balances[0] for each in sorted((from_id, to_id)))
    balance = ledger.hold(session, POINTS, from_id).balances[0]
    rest = balance - sum(lot.left for lot in lots)
    rows = {row.id: row for row in session.scalars(select(PointsLot).where(PointsLot.id.in_([lot.id for lot in lots])))}
    moved = []
    for lot in lots:
        _out, came, key = _pair(session, POINTS, from_id, to_id, lot.left, actor=actor, at=at)
        take_from(session, f"{key}:out", {lot.id: lot.left})
        row, left = rows[lot.id], left_of_new(lot.left, came.before[0])
        opened = open_lot(
            session, came, f"{key}:in", lot.left, left=left, expires_at=row.expires_at, order_id=row.order_id,
            origin_id=row.origin_id or row.id, at=at,
        )  # fmt: skip
        moved.append((opened, lot.id, lot.left))
    if rest:
        _out, came, key = _pair(session, POINTS, from_id, to_id, rest, actor=actor, at=at)
        take_out(session, came, f"{key}:in", first=tuple(first))
    if not balance:
        _pair(session, POINTS, from_id, None, 0, actor=actor, at=at)
    session.expire_all()
    return PointsMoved(balance, moved, owed < 0)


def hand_back_points(
    session: Session, from_id: int, to_id: int, lots: Iterable[Sequence[int]], *, actor: Actor, at: datetime
) -> int:
    """What came goes back into the lots it came from; how much. Whether it is all there still is the caller's to know
    (queries.merging.find_touched)."""
    total = 0
    for came_in, from_lot, part in lots:
        _out, _came, key = _pair(session, POINTS, from_id, to_id, part, actor=actor, at=at)
        take_from(session, f"{key}:out", {came_in: part})
        take_from(session, f"{key}:in", {from_lot: -part})
        total += part
    session.expire_all()
    return total


def hand_on_growth(session: Session, from_id: int, to_id: int, *, actor: Actor, at: datetime) -> int:
    """All growth, day by day of its origin, so that it leaves the ladder's year when it would have; what went already does not go again."""
    origin = func.coalesce(GrowthEntry.order_id, -GrowthEntry.id)
    groups = select(func.min(GrowthEntry.at), func.sum(GrowthEntry.amount)).where(GrowthEntry.member_id == from_id)
    return _grow_over(session, from_id, to_id, session.execute(groups.group_by(origin)).all(), actor=actor)


def hand_back_growth(
    session: Session, from_id: int, to_id: int, of: Sequence[int], *, actor: Actor, at: datetime
) -> int:
    """The growth that came of the cards `of` goes back."""
    own = select(GrowthEntry).where(GrowthEntry.member_id == from_id, GrowthEntry.kind == TRANSFER)
    came = [
        (row.at, row.amount) for row in session.scalars(own) if not {*map(int, row.key.split(":")[1:3])}.isdisjoint(of)
    ]
    return _grow_over(session, from_id, to_id, came, actor=actor)


def _grow_over(session: Session, from_id: int, to_id: int, parts: Iterable[Any], *, actor: Actor) -> int:
    days: Counter[date] = Counter()
    latest: dict[date, datetime] = {}
    for moment, amount in parts:
        day = moment.date()
        days[day] += int(amount)
        latest[day] = max(moment, latest.get(day, moment))
    for day, amount in sorted(days.items()):
        if amount:
            _pair(session, GROWTH, from_id, to_id, amount, actor=actor, at=latest[day])
    return sum(days.values())


def hand_on_pending(session: Session, from_id: int, to_id: int, only: Iterable[str] | None = None) -> dict[str, int]:
    """Points that will count later (`only` of these orders) will count for the other one; how many, by order."""
    mine = list_pending(session, from_id)
    moved = {order: points for order, points in mine.items() if only is None or order in only}
    theirs = update(PendingPoints).where(PendingPoints.order_id.in_([int(order) for order in moved]))
    session.execute(theirs.values(member_id=to_id))
    return moved


def join_levels(session: Session, winner_id: int, loser_id: int, *, at: datetime) -> dict[str, Any]:
    """The higher of both levels holds, and what the growth of both reaches; what stood before. A fall waits for the review, as ever."""
    stood = {each: session.get(MemberTier, each) for each in (winner_id, loser_id)}
    mine, theirs = stood[winner_id], stood[loser_id]
    before = {"winner": _told(mine), "loser": _told(theirs)}
    if theirs is not None:
        if mine is None or _threshold(session, mine) < _threshold(session, theirs):
            session.merge(MemberTier(member_id=winner_id, **_values(theirs)))
        session.delete(theirs)
        session.flush()
    rise(session, winner_id, at=at)
    session.expire_all()
    return before | {"after": _told(session.get(MemberTier, winner_id))}


def part_levels(session: Session, winner_id: int, loser_id: int, told: Mapping[str, Any]) -> None:
    """The levels that stood before; the winner's only where it is still the one that the merge left."""
    back = {loser_id: told["loser"]}
    if _told(session.get(MemberTier, winner_id)) == told["after"]:
        back[winner_id] = told["winner"]
    for member_id, was in back.items():
        row = session.get(MemberTier, member_id)
        if was is not None:
            session.merge(MemberTier(member_id=member_id, **_read(was)))
        elif row is not None:
            session.delete(row)
    session.flush()


def _pair(
    session: Session, book: Ledger, from_id: int, to_id: int | None, amount: int, *, actor: Actor, at: datetime
) -> tuple[Any, Any, str]:
    """Both entries of one transfer; `to_id` None leaves the second out."""
    key, moved = f"{TRANSFER}:{from_id}:{to_id or 0}:{ids.token()}", []
    for member_id, signed, end in ((from_id, -amount, "out"), (to_id, amount, "in")):
        if member_id is None:
            continue
        done = ledger.move(session, book, member_id, (signed,))
        assert done is not None, "neither points nor growth have a floor"
        fields = {
            "kind": TRANSFER, "key": f"{key}:{end}", "order_id": None, "note": "", "actor_kind": actor.kind,
            "actor_id": actor.id, "at": at,
        }  # fmt: skip
        ledger.enter(session, book, done, fields)
        moved.append(done)
    return moved[0], moved[-1], key


def _threshold(session: Session, row: MemberTier) -> int:
    return session.get_one(Tier, row.tier_id).threshold


def _values(row: MemberTier) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("tier_id", "since", "review_on", "warned_on")}


def _told(row: MemberTier | None) -> dict[str, Any] | None:
    """A row as JSON keeps it."""
    if row is None:
        return None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in _values(row).items()}


def _read(told: Mapping[str, Any]) -> dict[str, Any]:
    warned = told["warned_on"]
    return {
        "tier_id": told["tier_id"], "since": datetime.fromisoformat(told["since"]),
        "review_on": date.fromisoformat(told["review_on"]), "warned_on": date.fromisoformat(warned) if warned else None,
    }  # fmt: skip
