"""Looking up shifts and what was moved by hand in them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, case, cast, or_, select
from sqlalchemy.orm import Session, aliased

from services.identity.models import Staff
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.stores.models import Store
from services.tills import permissions, rules
from services.tills.errors import TillClosed
from services.tills.models import TillEntry, TillShift

HIGHEST_ID = 2**63 - 1
STATES = ("open", "closed", "different")

# Built once: every sale asks. The actor's own till comes first, then the one that was opened last.
_shifts: Any = TillShift.__table__
_OPEN = (
    select(_shifts.c.id)
    .where(_shifts.c.store_id == bindparam("store"), _shifts.c.closed_at.is_(None))
    .order_by(case((_shifts.c.opened_by == bindparam("staff"), 0), else_=1), _shifts.c.id.desc())
    .limit(1)
    .with_for_update(read=True)
)


@dataclass(frozen=True)
class ShiftView:
    """One shift with the names of who opened and closed it. Amounts are fen; `expected` is None where the reader may not know it."""

    id: int
    store_id: int
    store_name: str
    name: str
    opening_float: int
    opened_by: int | None
    opened_by_name: str | None
    opened_at: datetime
    closed_by: int | None
    closed_by_name: str | None
    closed_at: datetime | None
    counted: Mapping[str, int] | None
    expected: Mapping[str, int] | None
    reason: str

    @property
    def state(self) -> str:
        """open or closed."""
        return "open" if self.closed_at is None else "closed"

    @property
    def differences(self) -> dict[str, int] | None:
        """Counted − expected of the tenders where they differ; None while nobody counted, or where the reader may not know."""
        if self.counted is None or self.expected is None:
            return None
        return rules.differences(self.expected, self.counted)

    @property
    def difference(self) -> int:
        """Counted − expected over all tenders; 0 where it is not known."""
        return sum((self.differences or {}).values())

    def expecting(self, expected: Mapping[str, int] | None) -> "ShiftView":
        """The same with what should be there by now."""
        return replace(self, expected=expected)


@dataclass(frozen=True)
class EntryView:
    """Cash moved by hand (fen, out is negative), and by whom."""

    id: int
    kind: str
    amount: int
    reason: str
    actor_id: int | None
    actor_name: str | None
    at: datetime


def find_shift_for(session: Session, store_id: int, *, actor: Actor, required: bool = False) -> int | None:
    """The shift into which money that `actor` takes in a store belongs: of the own till, else of the one opened last. One query.

    Programs and members have no till. Where one is `required` (setting orders.needs_till) staff without it get TillClosed. Asked inside
    the transaction that writes the money: until that ends the shift cannot be closed, so nothing is missing from its count.
    """
    if actor.kind != "staff":
        return None
    found: int | None = session.connection().execute(_OPEN, {"store": store_id, "staff": actor.id}).scalar()
    if found is None and required:
        raise TillClosed
    return found


def has_open_shift(session: Session, store_id: int) -> bool:
    """Whether a till is open in a store, for who only looks."""
    query = select(TillShift.id).where(TillShift.store_id == store_id, TillShift.closed_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def find_shift_at(session: Session, store_id: int, moment: datetime, *, actor: Actor) -> tuple[int | None, bool]:
    """The shift into which money belongs that `actor` took at a moment that is past, and whether a till was open then at all.

    No shift when it was counted meanwhile: what was in the drawer has been counted with it, and a sum that was signed stays. Locked
    like `find_shift_for`.
    """
    there = (_shifts.c.opened_at <= moment, _shifts.c.closed_at.is_(None) | (_shifts.c.closed_at > moment))
    own_first = case((_shifts.c.opened_by == actor.id, 0), else_=1)
    found = session.execute(
        select(_shifts.c.id, _shifts.c.closed_at)
        .where(_shifts.c.store_id == store_id, *there)
        .order_by(own_first, _shifts.c.id.desc())
        .limit(1)
        .with_for_update(read=True)
    ).first()
    if found is None:
        return None, False
    return (found.id if found.closed_at is None else None), True


def get_shift(session: Session, shift_id: int, *, actor: Actor) -> ShiftView:
    """One shift. Raises NotFound also for a store that the actor does not see."""
    row = session.execute(_views().where(TillShift.id == shift_id)).one_or_none() if shift_id <= HIGHEST_ID else None
    if row is None or not actor.sees_store(row[0].store_id):
        raise NotFound("till_not_found")
    return _view(row, actor)


def list_shifts(
    session: Session,
    *,
    actor: Actor,
    store_id: int | None = None,
    state: str = "",
    after: int | None = None,
    limit: int = 50,
) -> list[ShiftView]:
    """Shifts of the stores the actor works in, latest first. `state` is open, closed, or different (closed with a difference)."""
    query = _views().where(*narrowed(actor, store_id, state)).order_by(TillShift.id.desc()).limit(limit)
    if after is not None:
        query = query.where(TillShift.id < after)
    return [_view(row, actor) for row in session.execute(query)]


def narrowed(actor: Actor, store_id: int | None, state: str) -> list[Any]:
    """What `list_shifts` asks of a shift, as conditions."""
    where: list[Any] = [] if actor.stores is None else [TillShift.store_id.in_(actor.stores)]
    where += [] if store_id is None else [TillShift.store_id == store_id]
    return [*where, *([_in_state(state)] if state else [])]


def list_named(session: Session, shift_ids: Collection[int], *, actor: Actor) -> list[ShiftView]:
    """Some shifts by id, latest first; whether the actor sees them was asked before."""
    query = _views().where(TillShift.id.in_(shift_ids)).order_by(TillShift.id.desc())
    return [_view(row, actor) for row in session.execute(query)]


def list_open_shifts(session: Session, store_id: int, *, actor: Actor) -> list[ShiftView]:
    """The tills of a store that are open now, the actor's own first."""
    found = list_shifts(session, actor=actor, store_id=store_id, state="open")
    return sorted(found, key=lambda each: each.opened_by != actor.id)


def list_shifts_touching(
    session: Session, store_id: int, first: datetime, last: datetime, *, actor: Actor, also: Collection[int] = ()
) -> list[ShiftView]:
    """The shifts of a store that were open at some time between two moments, in their order; and those named in `also`."""
    there = (TillShift.opened_at < last) & (TillShift.closed_at.is_(None) | (TillShift.closed_at >= first))
    query = _views().where(TillShift.store_id == store_id, or_(there, TillShift.id.in_(also))).order_by(TillShift.id)
    return [_view(row, actor) for row in session.execute(query)]


def list_entries(session: Session, shift_id: int) -> list[EntryView]:
    """What was moved by hand in a shift, in its order."""
    query = (
        select(TillEntry, Staff.name)
        .outerjoin(Staff, (Staff.id == TillEntry.actor_id) & (TillEntry.actor_kind == "staff"))
        .where(TillEntry.shift_id == shift_id)
        .order_by(TillEntry.id)
    )
    return [
        EntryView(entry.id, entry.kind, entry.amount, entry.reason, entry.actor_id, name, entry.at)
        for entry, name in session.execute(query)
    ]


def _in_state(state: str) -> Any:
    if state == "open":
        return TillShift.closed_at.is_(None)
    if state == "different":  # both are written with the same keys in the same order
        return TillShift.closed_at.is_not(None) & (cast(TillShift.counted, String) != cast(TillShift.expected, String))
    return TillShift.closed_at.is_not(None)


def _views() -> Any:
    opener, closer = aliased(Staff), aliased(Staff)
    return (
        select(TillShift, Store.name, opener.name, closer.name)
        .join(Store, Store.id == TillShift.store_id)
        .outerjoin(opener, opener.id == TillShift.opened_by)
        .outerjoin(closer, closer.id == TillShift.closed_by)
    )


def _view(row: Any, actor: Actor) -> ShiftView:
    shift, store_name, opener, closer = row
    knows = actor.may(permissions.TILLS_AUDIT, shift.store_id)
    return ShiftView(
        shift.id, shift.store_id, store_name, shift.name, shift.opening_float, shift.opened_by, opener, shift.opened_at,
        shift.closed_by, closer, shift.closed_at, shift.counted, shift.expected if knows else None, shift.reason,
    )  # fmt: skip
