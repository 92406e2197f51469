"""Events cross domains; the outbox carries them past the commit (architecture.md, *How effects cross domains*).

`announce` writes one outbox row per reaction in the transaction of the cause. Each row is performed in a transaction of its own
that first claims it by a conditional UPDATE, so its database effects happen exactly once, and a broken reaction neither blocks
nor repeats its siblings. The request that caused it performs its rows at once after commit; the worker takes what is left.
"""

import dataclasses
import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.database import after_commit, reading, transaction
from services.shared.models import OutboxEntry
from services.shared.refusals import Unavailable
from services.shared.wiping import Traces, wipe

log = logging.getLogger(__name__)

MAX_DEPTH = 8  # a chain of causes longer than this is a loop
MAX_ATTEMPTS = 12
NO_GRACE = timedelta(0)
_BACKOFF = (5, 30, 120, 600, 3600)  # seconds
WORDS = frozenset({"note", "device", "name"})  # what people or their phones say in an event
TOGETHER = 20  # reactions in one transaction: some milliseconds of lock

# Built once: every command that announces passes here.
_outbox: Any = OutboxEntry.__table__
_ADD = insert(_outbox).returning(_outbox.c.id)
_CLAIM = (
    update(_outbox)
    .where(_outbox.c.id.in_(bindparam("entries", expanding=True)), _outbox.c.done_at.is_(None))
    .values(done_at=bindparam("now"), attempts=_outbox.c.attempts + 1)
    .returning(_outbox.c.id, _outbox.c.event, _outbox.c.reaction, _outbox.c.payload, _outbox.c.depth)
)


@dataclasses.dataclass(frozen=True)
class Event:
    """Something that happened: ids and plain values (str, int, bool, None, datetime as ISO text), named in the past tense."""


E = TypeVar("E", bound=Event)
Reaction = Callable[[Session, Any], None]

_reactions: dict[type[Event], tuple[Reaction, ...]] = {}
_by_name: dict[str, tuple[type[Event], Reaction]] = {}
_depth: ContextVar[int] = ContextVar("depth", default=0)


class LoopError(Exception):
    """A reaction announced an event that caused itself, `MAX_DEPTH` times over."""


def wire(table: Mapping[type[Event], Sequence[Reaction]]) -> None:
    """Say who reacts to what. Called once, by `services.wiring`."""
    _reactions.clear()
    _by_name.clear()
    for event, reactions in table.items():
        _reactions[event] = tuple(reactions)
        for reaction in reactions:
            _by_name[f"{event.__name__}>{_name(reaction)}"] = (event, reaction)


def _name(reaction: Reaction) -> str:
    domain = reaction.__module__.split(".")[1]
    return f"{domain}.{reaction.__name__}"


def announce(session: Session, event: Event, *, at: datetime) -> None:
    """Note that `event` happened; its reactions follow after the commit. Raises LoopError on a runaway chain."""
    depth = _depth.get() + 1
    if depth > MAX_DEPTH:
        raise LoopError(f"{type(event).__name__} at depth {depth}")
    rows = [
        {"event": type(event).__name__, "reaction": _name(reaction), "payload": dataclasses.asdict(event),
         "depth": depth, "created_at": at, "available_at": at, "attempts": 0}
        for reaction in _reactions[type(event)]
    ]  # fmt: skip
    if not rows:
        return
    written = session.connection().execute(_ADD, rows).scalars().all()
    announced: list[int] = session.info.setdefault("announced", [])
    if not announced:
        after_commit(session, lambda: perform_together(session.info.pop("announced")))
    announced.extend(sorted(written))


def perform_together(entry_ids: Sequence[int]) -> None:
    """Perform some outbox rows, a few per transaction: nobody else's sale waits for a disk flush per reaction.

    When one of them fails, its companions are done again one by one, so that it neither blocks nor repeats them.
    """
    for start in range(0, len(entry_ids), TOGETHER):
        together = entry_ids[start : start + TOGETHER]
        try:
            with transaction() as session:
                _perform(session, together)
        except Unavailable:
            log.warning("reactions %s are left to the worker", together)
        except Exception:
            for entry_id in together:
                perform(entry_id)


def perform(entry_id: int) -> bool:
    """Perform one outbox row, once. True when this call did it; False when it was done already or failed (kept for a retry)."""
    try:
        with transaction() as session:
            return _perform(session, [entry_id]) == 1
    except Unavailable:
        return False
    except Exception as error:
        log.exception("reaction %s failed", entry_id)
        _note_failure(entry_id, error)
        return False


def _perform(session: Session, entry_ids: Sequence[int]) -> int:
    """Claim the rows that nobody did yet, and do them in their order; how many they were."""
    claimed = session.connection().execute(_CLAIM, {"entries": list(entry_ids), "now": clock.now()}).all()
    for entry in sorted(claimed, key=lambda row: int(row.id)):
        event, reaction = _by_name[f"{entry.event}>{entry.reaction}"]
        token = _depth.set(entry.depth)
        try:
            reaction(session, event(**entry.payload))
        finally:
            _depth.reset(token)
    return len(claimed)


def forget_person(session: Session, member_id: int, traces: Traces) -> None:
    """Drop what was done about a member who is erased, and take the words out of what is still to be done: ids stay, effects follow."""
    about = _outbox.c.payload["member_id"].as_integer() == member_id
    done = or_(_outbox.c.done_at.is_not(None), _outbox.c.given_up_at.is_not(None))
    session.connection().execute(delete(_outbox).where(about, done))
    waiting = session.connection().execute(select(_outbox.c.id, _outbox.c.payload).where(about)).all()
    for entry_id, payload in waiting:
        quiet = payload | dict.fromkeys(WORDS & payload.keys(), "")
        session.connection().execute(update(_outbox).where(_outbox.c.id == entry_id).values(payload=quiet, error=None))
    wipe(session, OutboxEntry, ("payload", "error"), traces)


def list_waiting(session: Session, events: Sequence[type[Event]]) -> list[dict[str, Any]]:
    """What happened of these kinds and has a reaction still to come; not what was given up."""
    waiting = _outbox.c.done_at.is_(None) & _outbox.c.given_up_at.is_(None)
    query = select(_outbox.c.payload).where(waiting, _outbox.c.event.in_([event.__name__ for event in events]))
    return list(session.connection().execute(query).scalars())


def _note_failure(entry_id: int, error: Exception) -> None:
    now = clock.now()
    with transaction() as session:
        entry = session.get(OutboxEntry, entry_id)
        if entry is None or entry.done_at is not None:
            return
        entry.attempts += 1
        entry.error = f"{type(error).__name__}: {error}"[:500]
        entry.available_at = now + timedelta(seconds=_BACKOFF[min(entry.attempts, len(_BACKOFF)) - 1])
        if entry.attempts >= MAX_ATTEMPTS:
            entry.given_up_at = now


def perform_waiting(limit: int = 500, *, grace: timedelta = timedelta(seconds=2)) -> int:
    """Perform rows that were left behind (a process died, a reaction failed). Returns how many were performed.

    `grace` leaves the request that wrote a row the time to perform it itself.
    """
    now = clock.now()
    with reading() as session:
        ids = session.scalars(
            select(OutboxEntry.id)
            .where(
                OutboxEntry.done_at.is_(None),
                OutboxEntry.given_up_at.is_(None),
                OutboxEntry.available_at <= now - grace,
            )
            .order_by(OutboxEntry.id)
            .limit(limit)
        ).all()
    return sum(perform(entry_id) for entry_id in ids)
