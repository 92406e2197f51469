"""Points that members bring along from other books: an opening entry each, once by its key, and its way back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.loyalty.books import POINTS
from services.loyalty.models import PointsEntry, PointsLot, PointsLotMove
from services.loyalty.queries.points import get_lot_expiry
from services.shared import ledger
from services.shared.actors import Actor

OPENING, TAKEN_BACK = "opening", "opening_undone"


def open_points(session: Session, openings: Sequence[tuple[int, int, str]], *, actor: Actor, at: datetime) -> None:
    """First entries of members who have no points account yet: id, points, key."""
    ledger.begin(
        session, POINTS, [(member, (points,), _fields(OPENING, key, actor, at)) for member, points, key in openings]
    )
    expires_at = get_lot_expiry(session, at)
    lots = [
        {
            "member_id": member,
            "order_id": None,
            "amount": points,
            "left": points,
            "expires_at": expires_at,
            "created_at": at,
        }
        for member, points, _ in openings
    ]
    if lots:
        fresh = insert(PointsLot).returning(PointsLot.id, sort_by_parameter_order=True)
        moves = [
            {"entry_key": key, "lot_id": lot, "amount": points}
            for lot, (_, points, key) in zip(session.scalars(fresh, lots), openings, strict=True)
        ]
        session.execute(insert(PointsLotMove), moves)


def take_back_openings(
    session: Session, openings: Sequence[tuple[int, str]], *, actor: Actor, at: datetime
) -> set[int]:
    """Take what these keys brought their members (id, key; each member once) out of the books, by entries of their own; nothing where
    a key brought nothing, or was taken back before. Returns who has used some of it: theirs stays."""
    keys = dict(openings)
    heads = ledger.hold_many(session, POINTS, keys)
    brought = select(PointsLotMove.entry_key, PointsLot).join(PointsLot, PointsLot.id == PointsLotMove.lot_id)
    lots = dict(session.execute(brought.where(PointsLotMove.entry_key.in_(keys.values()))).tuples().all())
    done = select(PointsEntry.key).where(PointsEntry.key.in_([f"{key}:undo" for key in keys.values()]))
    gone = set(session.scalars(done))
    mine = [(member, f"{key}:undo", lots[key]) for member, key in openings if key in lots and f"{key}:undo" not in gone]
    whole = [each for each in mine if each[2].left == each[2].amount <= heads[each[0]].balances[0]]
    entries = [(member, (-lot.amount,), _fields(TAKEN_BACK, key, actor, at)) for member, key, lot in whole]
    ledger.move_many(session, POINTS, heads, entries)
    if whole:
        session.execute(update(PointsLot).where(PointsLot.id.in_([lot.id for *_, lot in whole])).values(left=0))
        moves = [{"entry_key": key, "lot_id": lot.id, "amount": -lot.amount} for _, key, lot in whole]
        session.execute(insert(PointsLotMove), moves)
    return {member for member, *_ in mine} - {member for member, *_ in whole}


def _fields(kind: str, key: str, actor: Actor, at: datetime) -> dict[str, object]:
    return {
        "kind": kind, "key": key, "order_id": None, "note": "", "actor_kind": actor.kind, "actor_id": actor.id, "at": at,
    }  # fmt: skip
