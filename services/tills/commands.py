"""Opening a till, moving cash by hand, counting and closing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared import ids
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import NotFound
from services.shared.wiping import Traces, wipe
from services.stores.queries import get_open_store
from services.tills import permissions, rules
from services.tills.errors import CountDiffers, ShiftOver, TillOpen
from services.tills.events import TillClosed, TillOpened
from services.tills.models import TillEntry, TillShift
from services.tills.queries import get_shift

Expect = Callable[[TillShift], Mapping[str, int]]


def open_shift(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> int:
    """Begin a shift: store_id, name of the till, opening_float. Raises TillOpen while one of this name is open; its id."""
    store = get_open_store(session, data["store_id"], actor=actor)
    actor.require(permissions.TILLS_OPEN, store.id)
    same = (TillShift.store_id == store.id, TillShift.name == data["name"], TillShift.closed_at.is_(None))
    if session.scalar(select(TillShift.id).where(*same)) is not None:
        raise TillOpen(name=data["name"])
    shift = TillShift(
        store_id=store.id,
        name=data["name"],
        opening_float=data["opening_float"],
        opened_by=_staff(actor),
        opened_at=at,
        reason="",
    )
    session.add(shift)
    session.flush()
    changes = {"name": shift.name, "opening_float": shift.opening_float}
    audit.record(session, "tills:open", ("till", shift.id), actor=actor, at=at, store_id=store.id, changes=changes)
    announce(session, TillOpened(shift.id, store.id, shift.opening_float), at=at)
    return shift.id


def create_entry(session: Session, shift_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> int:
    """Cash put into the drawer or taken out of it (kind, amount, reason). Raises NotFound, ShiftOver; the entry's id."""
    shift = _seen(session, shift_id, actor)
    actor.require(permissions.TILLS_ENTER, shift.store_id)
    still_open = select(TillShift.id).where(TillShift.id == shift_id, TillShift.closed_at.is_(None))
    if session.scalar(still_open.with_for_update(read=True)) is None:
        raise ShiftOver
    entry = TillEntry(
        shift_id=shift_id,
        kind=data["kind"],
        tender=rules.CASH,
        amount=data["amount"] if data["kind"] == "in" else -data["amount"],
        key=f"hand:{ids.token()}",
        reason=data["reason"],
        actor_kind=actor.kind,
        actor_id=actor.id,
        at=at,
    )
    session.add(entry)
    session.flush()
    changes = {"cash": entry.amount, "reason": entry.reason}
    audit.record(
        session, "tills:enter", ("till", shift_id), actor=actor, at=at, store_id=shift.store_id, changes=changes
    )
    return entry.id


def close_shift(
    session: Session, shift_id: int, data: Mapping[str, Any], *, expect: Expect, actor: Actor, at: datetime
) -> None:
    """End a shift with what was `counted` by kind, and a `reason` where that differs from what should be there.

    `expect` says what should be, by kind; it is asked after the shift was closed to further money, so that nothing slips between count
    and books. Raises ShiftOver when somebody closed it before, CountDiffers.
    """
    shift = _seen(session, shift_id, actor)
    actor.require(permissions.TILLS_CLOSE, shift.store_id)
    ending = update(TillShift).where(TillShift.id == shift_id, TillShift.closed_at.is_(None))
    ended = session.execute(ending.values(closed_at=at, closed_by=_staff(actor)).returning(TillShift.id)).scalar()
    if ended is None:
        raise ShiftOver
    session.refresh(shift)
    expected, counted = rules.in_order(expect(shift)), rules.in_order(data["counted"])
    off = rules.differences(expected, counted)
    if off and not data["reason"]:
        raise CountDiffers
    shift.expected, shift.counted, shift.reason = expected, counted, data["reason"]
    session.flush()
    changes = {"difference": sum(off.values()), "reason": shift.reason}
    audit.record(
        session, "tills:close", ("till", shift_id), actor=actor, at=at, store_id=shift.store_id, changes=changes
    )
    announce(session, TillClosed(shift_id, shift.store_id, sum(off.values())), at=at)


def note_miss(session: Session, shift_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Somebody counted blind, and it was not what should be there: what they had `counted` goes to the log."""
    shift = _seen(session, shift_id, actor)
    changes = {"cash": data["counted"][rules.CASH], "counted": sum(data["counted"].values())}
    audit.record(
        session, "tills:miss", ("till", shift_id), actor=actor, at=at, store_id=shift.store_id, changes=changes
    )


def _seen(session: Session, shift_id: int, actor: Actor) -> TillShift:
    get_shift(session, shift_id, actor=actor)
    found = session.get(TillShift, shift_id)
    if found is None:
        raise NotFound("till_not_found")
    return found


def _staff(actor: Actor) -> int | None:
    return actor.id if actor.kind == "staff" else None


def forget_reasons(session: Session, traces: Traces) -> None:
    """Take an erased member out of what was written at closes and about cash moved by hand."""
    wipe(session, TillShift, ("reason",), traces)
    wipe(session, TillEntry, ("reason",), traces)
