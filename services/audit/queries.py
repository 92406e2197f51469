"""Reading the audit log."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from services.audit.chain import ERASED
from services.audit.models import AuditCheckpoint, AuditEntry, AuditHead
from services.shared import vault
from services.shared.actors import Actor

# Of families the log tells readers that something was changed, not what: nobody sees that without being counted and noted
# (the reveal of a family). It rests sealed all the same.
WITHHELD = ("children:", "pregnancies:", "doses:")
DOTS = "•••"
LATE = timedelta(minutes=10)  # the job chains every minute; until then an entry could be removed unseen


@dataclass(frozen=True)
class EntryView:
    """One act as people read it. `changes` is None where the member it was about has been erased; `position` is the place in the
    chain, None for the minute until it is chained."""

    id: int
    at: datetime
    action: str
    actor_kind: str
    actor_id: int | None
    actor_name: str
    origin: str
    store_id: int | None
    subject_kind: str
    subject_id: int | None
    member_id: int | None
    changes: dict[str, Any] | None
    position: int | None


@dataclass(frozen=True)
class Search:
    """What to look for: a part of a name or of the address, one of `actions`, or what one of `members` did or what was done to them; of
    one member only; in a store; between two moments."""

    text: str = ""
    actions: Collection[str] = ()
    members: Collection[int] = ()
    member_id: int | None = None
    store_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Chain:
    """How far the log is chained: so many entries, ending with `end` (hex); `checkpoint` is the last day's end that was kept."""

    position: int
    end: str
    checkpoint: AuditCheckpoint | None


def list_entries(
    session: Session, search: Search, *, actor: Actor, knows: bool = True, after: int | None = None, limit: int = 50
) -> list[EntryView]:
    """Entries that this actor may see, the newest first; `after` is the id of the last one seen. `knows` False leaves out what was
    changed of members: for who may not read members.

    Who works in some stores only sees what happened there, and what belongs to no store but was done by themselves.
    """
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if actor.stores is not None:
        own = (AuditEntry.actor_kind == actor.kind) & (AuditEntry.actor_id == actor.id)
        query = query.where(or_(AuditEntry.store_id.in_(actor.stores), own))
    if after is not None:
        query = query.where(AuditEntry.id < after)
    if search.text:
        query = query.where(
            or_(
                AuditEntry.actor_name.contains(search.text, autoescape=True),
                AuditEntry.action.startswith(search.text, autoescape=True),
                AuditEntry.origin.startswith(search.text, autoescape=True),
                AuditEntry.action.in_(search.actions),
                _of_member(search.members),
            )
        )
    if search.member_id is not None:
        query = query.where(_of_member([search.member_id]))
    if search.store_id is not None:
        query = query.where(AuditEntry.store_id == search.store_id)
    if search.since is not None:
        query = query.where(AuditEntry.at >= search.since)
    if search.until is not None:
        query = query.where(AuditEntry.at < search.until)
    found = read(session, session.scalars(query).all())
    return found if knows else [each if each.member_id is None else replace(each, changes={}) for each in found]


def _of_member(member_ids: Collection[int]) -> ColumnElement[bool]:
    acted = and_(AuditEntry.actor_kind == "member", AuditEntry.actor_id.in_(member_ids))
    return or_(AuditEntry.member_id.in_(member_ids), acted)


def read(session: Session, entries: Collection[AuditEntry]) -> list[EntryView]:
    """Entries as people read them: what is sealed is opened, with one query for all keys."""
    _load_keys(session, (entry.member_id for entry in entries))
    return [_view(session, entry) for entry in entries]


def get_chain(session: Session) -> Chain:
    """How far the log is chained."""
    head = session.get(AuditHead, 1)
    last = session.scalar(select(AuditCheckpoint).order_by(AuditCheckpoint.day.desc()).limit(1))
    return Chain(head.position, head.chained.hex(), last) if head else Chain(0, "", None)


def find_last_actor_kind(session: Session, action: str, subject: tuple[str, int]) -> str | None:
    """What kind of actor did `action` to `subject` last; None when nobody did."""
    query = select(AuditEntry.actor_kind).where(
        AuditEntry.subject_kind == subject[0], AuditEntry.subject_id == subject[1], AuditEntry.action == action
    )
    return session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


def list_changes(session: Session, action: str, *, actor: Actor, since: datetime) -> list[dict[str, Any]]:
    """What `actor` changed by `action` since a moment, in its order, as far as it can still be read."""
    query = select(AuditEntry.member_id, AuditEntry.changes).where(
        AuditEntry.at >= since,
        AuditEntry.action == action,
        AuditEntry.actor_kind == actor.kind,
        AuditEntry.actor_id == actor.id,
    )
    rows = session.execute(query.order_by(AuditEntry.id)).all()
    _load_keys(session, (member_id for member_id, _ in rows))
    return [each for row in rows if (each := _opened(session, *row)) is not None]


def _load_keys(session: Session, member_ids: Iterable[int | None]) -> None:
    vault.load(session, {each for each in member_ids if each is not None})


def _opened(session: Session, member_id: int | None, changes: dict[str, Any]) -> dict[str, Any] | None:
    if member_id is None or "sealed" not in changes:
        return {name: value for name, value in changes.items() if name != ERASED}
    try:
        content = vault.unseal(session, member_id, changes["sealed"], "audit")
    except (
        InvalidTag,
        ValueError,
    ):  # somebody altered it: `changke verify` says so, and the rest of the log stays readable
        return {}
    found: dict[str, Any] | None = None if content is None else json.loads(content)
    return found


def _view(session: Session, entry: AuditEntry) -> EntryView:
    changes = _opened(session, entry.member_id, entry.changes)
    if changes and entry.action.startswith(WITHHELD):
        changes = dict.fromkeys(changes, DOTS)
    return EntryView(
        entry.id, entry.at, entry.action, entry.actor_kind, entry.actor_id, entry.actor_name, entry.origin, entry.store_id,
        entry.subject_kind, entry.subject_id, entry.member_id, changes, entry.position,
    )  # fmt: skip


def find_waiting(session: Session, *, at: datetime) -> str | None:
    """What to say where entries wait too long for their place in the chain; None when all is well."""
    waiting = select(func.count(), func.min(AuditEntry.at)).where(
        AuditEntry.position.is_(None), AuditEntry.at < at - LATE
    )
    count, since = session.execute(waiting).one()
    if not count:
        return None
    return f"audit: {count} entries, the first of {since.isoformat(timespec='minutes')}, are not chained yet: is a worker running?"


def find_altered_end(session: Session, noted: str) -> str | None:
    """What is wrong with an end of the chain that somebody noted (`1234-ab…`, as the page shows it); None when it is still there.

    Raises ValueError when it is not written like one.
    """
    place, _, end = noted.strip().partition("-")
    if not (place.isascii() and place.isdigit() and len(place) <= 18) or not bytes.fromhex(end):
        raise ValueError(noted)
    chained = session.scalar(select(AuditEntry.chained).where(AuditEntry.position == int(place)))
    if chained is None:
        return f"audit: {place} entries were noted, and there are fewer now"
    return (
        None if chained == bytes.fromhex(end) else f"audit: the end that was noted at {place} is not the one there now"
    )
