"""Changing points: earned and spent by a sale, taken back and returned by a refund, expired by the calendar, adjusted by hand.

A sale moves the balance and its lots first and writes the entries once the order has an id (`open_…`, then `earn` or `spend`), because
the order carries the balance before and after, and an entry carries the order's id.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.loyalty import permissions
from services.loyalty.books import POINTS
from services.loyalty.errors import PointsInsufficient
from services.loyalty.events import PointsAdjusted, PointsExpired
from services.loyalty.models import PendingPoints, PointsEntry, PointsLot, PointsLotMove
from services.loyalty.queries.adjustments import require_room
from services.loyalty.queries.points import get_lot_expiry, list_lots, list_lots_of_order, list_spent
from services.loyalty.rules.lots import expiry_after_return, left_of_new, take
from services.members.queries import hold_living
from services.shared import ids, ledger
from services.shared.actors import SYSTEM, Actor
from services.shared.events import announce
from services.shared.ledger import Head, Moved
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.queries import load_settings

_lots: Any = PointsLot.__table__
_LOT = insert(_lots).returning(_lots.c.id)
_MOVES = insert(PointsLotMove.__table__)  # type: ignore[arg-type]
_TAKE = update(_lots).where(_lots.c.id == bindparam("lot")).values(left=_lots.c.left - bindparam("part"))


@dataclass(frozen=True)
class Earning:
    """Points that a balance gained (or, spent, lost): `before` + `points` = `after`.

    `pending` are points that the balance will gain once the order's return window has passed; `taken` what a spending took of each lot.
    """

    moved: Moved
    pending: int = 0
    taken: Mapping[int, int] = field(default_factory=dict)

    @property
    def member_id(self) -> int:
        """Whose points."""
        return self.moved.owner

    @property
    def points(self) -> int:
        """By how much the balance changed, or will change."""
        return self.moved.amounts[0] + self.pending

    @property
    def before(self) -> int:
        """The balance before."""
        return self.moved.before[0]

    @property
    def after(self) -> int:
        """The balance after."""
        return self.moved.after[0]

    @property
    def head(self) -> Head:
        """Where the account stands now."""
        return Head(self.moved.sequence, self.moved.after)


def open_earning(
    session: Session, member_id: int, points: int, *, head: Head | None = None, pending: bool = False
) -> Earning:
    """Add `points` to the member's balance for a sale that is being written; `earn` then says which one it was.

    `pending` leaves the balance as it is: `earn` keeps the points until the return window has passed (points.pending_days).
    """
    if not points or pending:
        return Earning(ledger.stand(session, POINTS, member_id, head=head), points)
    moved = ledger.move(session, POINTS, member_id, (points,), head=head)
    assert moved is not None, "points have no floor"
    return Earning(moved)


def open_spending(session: Session, member_id: int, points: int, *, head: Head | None = None, at: datetime) -> Earning:
    """Take `points` from the balance, and from the lots that expire first, for a sale that is being written. Raises PointsInsufficient,
    also where some of them are past their end."""
    moved = ledger.move(session, POINTS, member_id, (-points,), head=head, floor=0)
    if moved is None:
        raise PointsInsufficient
    good = [lot for lot in list_lots(session, member_id) if lot.expires_at is None or lot.expires_at > at]
    taken, missing = take(good, points)
    if missing:
        raise PointsInsufficient
    session.connection().execute(_TAKE, [{"lot": lot, "part": part} for lot, part in taken.items()])
    return Earning(moved, taken=taken)


def earn(
    session: Session,
    earning: Earning,
    *,
    order_id: int,
    key: str = "",
    sold_at: datetime | None = None,
    by_member_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write the entry and the lot of an opened earning, once per order (its key is unique). Nothing earned leaves no entry.

    What is pending waits for `release_points`: the window begins with the sale (`sold_at`, where that is not `at`). `key` is another
    one where an order earns for a second member (handovers.py); `by_member_id` bought, where that is not whose points they are.
    """
    if earning.pending:
        days = load_settings(session)["points.pending_days"]
        due_at = (sold_at or at) + timedelta(days=days)
        waits = PendingPoints(
            order_id=order_id, member_id=earning.member_id, by_member_id=by_member_id, points=earning.pending, due_at=due_at
        )  # fmt: skip
        session.add(waits)
    if not earning.moved.amounts[0]:
        return
    key = key or f"order:{order_id}:earn"
    enter(session, earning.moved, "earn", key, order_id=order_id, by_member_id=by_member_id, actor=actor, at=at)
    put_in(session, earning.moved, key, get_lot_expiry(session, at), order_id=order_id, at=at)


def spend(
    session: Session, spending: Earning, *, order_id: int, by_member_id: int | None = None, actor: Actor, at: datetime
) -> None:
    """Write the entry of an opened spending, once per order; `by_member_id` as for `earn`."""
    key = f"order:{order_id}:spend"
    enter(session, spending.moved, "spend", key, order_id=order_id, by_member_id=by_member_id, actor=actor, at=at)
    _note_taken(session, key, spending.taken)


def claw_back(
    session: Session, member_id: int, points: int, *, order_id: int, key: str, by_member_id: int | None = None,
    actor: Actor, at: datetime,
) -> Earning:  # fmt: skip
    """Take back what an order earned: what is pending, then its own lot; what is spent already stays as a debt (a negative balance)."""
    head = ledger.hold(session, POINTS, member_id)  # before what is pending, as everybody locks the two
    points -= _drop_pending(session, order_id, points)
    taken = open_earning(session, member_id, -points, head=head)
    if not points:
        return taken
    enter(session, taken.moved, "claw_back", key, order_id=order_id, by_member_id=by_member_id, actor=actor, at=at)
    take_out(session, taken.moved, key, first=list_lots_of_order(session, order_id))
    return taken


def give_back(
    session: Session, member_id: int, points: int, *, order_id: int, key: str, by_member_id: int | None = None,
    actor: Actor, at: datetime,
) -> Earning:  # fmt: skip
    """Return points that an order spent, into lots with their old expiry (at least seven days), the last to expire first."""
    returned = open_earning(session, member_id, points)
    enter(session, returned.moved, "give_back", key, order_id=order_id, by_member_id=by_member_id, actor=actor, at=at)
    keep = left_of_new(points, returned.before)
    for lot_expiry, part in list_spent(session, order_id, points):
        stays = min(part, keep)
        keep -= stays
        expires_at = expiry_after_return(lot_expiry, at)
        open_lot(session, returned.moved, key, part, left=stays, expires_at=expires_at, order_id=order_id, at=at)
    return returned


def grant_points(
    session: Session, member_id: int, points: int, *, kind: str, key: str, actor: Actor, at: datetime
) -> Earning:
    """Give points that no purchase earned and no rule multiplies (`top_up`: what came with a top-up plan); `key` makes it once."""
    granted = open_earning(session, member_id, points)
    enter(session, granted.moved, kind, key, actor=actor, at=at)
    put_in(session, granted.moved, key, get_lot_expiry(session, at), at=at)
    return granted


def adjust_points(
    session: Session, member_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> PointsEntry:
    """Give or take points by hand: `amount` (not zero) and `reason`. Raises Invalid when more is taken than there is, AdjustedTooMuch.

    MemberErased.
    The member's existence is the caller's to check.
    """
    actor.require(permissions.POINTS_ADJUST)
    amount, reason = data["amount"], data["reason"]
    require_room(session, abs(amount), actor=actor, at=at)
    moved = ledger.move(session, POINTS, member_id, (amount,), floor=0)
    if moved is None:
        raise Invalid({"amount": [N_("会员没有这么多积分可以扣")]}, "points_insufficient")
    hold_living(session, member_id)
    key = f"adjustment:{ids.token()}"
    enter(session, moved, "adjust", key, note=reason, actor=actor, at=at)
    if amount > 0:
        put_in(session, moved, key, get_lot_expiry(session, at), at=at)
    else:
        take_out(session, moved, key)
    changes = {"points": [moved.before[0], moved.after[0]], "reason": reason}
    audit.record(session, "points:adjust", ("member", member_id), actor=actor, at=at, changes=changes)
    entry = session.query(PointsEntry).filter_by(key=key).one()
    announce(session, PointsAdjusted(entry.id, member_id, amount, moved.after[0]), at=at)
    return entry


def expire_points(session: Session, member_id: int, *, at: datetime) -> int:
    """Write off what is left of the member's lots that have expired by `at`, lot by lot, each with its entry; how many points."""
    balance = ledger.hold(session, POINTS, member_id).balances[0]
    expired = [lot for lot in list_lots(session, member_id) if lot.expires_at and lot.expires_at <= at]
    for lot in expired:
        moved = ledger.move(session, POINTS, member_id, (-lot.left,))
        assert moved is not None, "points have no floor"
        key = f"lot:{lot.id}:expire:{moved.sequence}"
        enter(session, moved, "expire", key, actor=SYSTEM, at=at)
        take_from(session, key, {lot.id: lot.left})
    total = sum(lot.left for lot in expired)
    if total:
        audit.record(session, "points:expire", ("member", member_id), actor=SYSTEM, at=at, changes={"points": -total})
        announce(session, PointsExpired(member_id, total, balance - total, at.isoformat()), at=at)
    return total


def _drop_pending(session: Session, order_id: int, points: int) -> int:
    """Take up to `points` from what is pending of an order; how many there were."""
    row = session.get(PendingPoints, order_id, with_for_update=True)
    if row is None:
        return 0
    part = min(row.points, points)
    if part == row.points:
        session.delete(row)
    else:
        row.points -= part
    session.flush()
    return part


def enter(
    session: Session, moved: Moved, kind: str, key: str, *, order_id: int | None = None, by_member_id: int | None = None,
    note: str = "", actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Write the entry of a moved balance."""
    fields = {
        "kind": kind, "key": key, "order_id": order_id, "by_member_id": by_member_id, "note": note,
        "actor_kind": actor.kind, "actor_id": actor.id, "at": at,
    }  # fmt: skip
    ledger.enter(session, POINTS, moved, fields)


def put_in(
    session: Session, moved: Moved, key: str, expires_at: datetime | None, *, order_id: int | None = None, at: datetime
) -> None:
    """A new lot of what came in; what repays a debt is gone at once."""
    points = moved.amounts[0]
    left = left_of_new(points, moved.before[0])
    open_lot(session, moved, key, points, left=left, expires_at=expires_at, order_id=order_id, at=at)


def open_lot(
    session: Session, moved: Moved, key: str, points: int, *, left: int, expires_at: datetime | None,
    order_id: int | None, origin_id: int | None = None, at: datetime,
) -> int:  # fmt: skip
    """A lot of `points` that came in with an entry, of which so many are `left`; its id."""
    row = {
        "member_id": moved.owner, "order_id": order_id, "amount": points, "left": left, "expires_at": expires_at,
        "created_at": at, "origin_id": origin_id,
    }  # fmt: skip
    lot_id: int = session.connection().execute(_LOT, row).scalar_one()
    session.connection().execute(_MOVES, [{"entry_key": key, "lot_id": lot_id, "amount": left}])
    return lot_id


def take_out(session: Session, moved: Moved, key: str, *, first: Collection[int] = ()) -> None:
    """Take what a balance lost from its lots; what is missing is the debt that the balance shows."""
    taken, _debt = take(list_lots(session, moved.owner), -moved.amounts[0], first=first)
    take_from(session, key, taken)


def take_from(session: Session, key: str, taken: Mapping[int, int]) -> None:
    """Take parts out of lots (id → points), for the entry `key`."""
    if taken:
        session.connection().execute(_TAKE, [{"lot": lot, "part": part} for lot, part in taken.items()])
        _note_taken(session, key, taken)


def _note_taken(session: Session, key: str, taken: Mapping[int, int]) -> None:
    moves = [{"entry_key": key, "lot_id": lot, "amount": -part} for lot, part in taken.items()]
    session.connection().execute(_MOVES, moves)
