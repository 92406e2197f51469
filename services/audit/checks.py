"""Checking the audit log, for `changke verify`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit.chain import START, chain, seal_end, seal_entry
from services.audit.models import AuditCheckpoint, AuditEntry, AuditHead

_entries: Any = AuditEntry.__table__


def find_differences(session: Session) -> Iterator[str]:
    """One sentence for whatever was changed, removed, added or reordered behind the program's back."""
    checkpoints = {each.position: each for each in session.scalars(select(AuditCheckpoint))}
    for each in checkpoints.values():
        if each.mac != seal_end(f"checkpoint:{each.day.isoformat()}", each.position, each.chained):
            yield f"audit: the checkpoint of {each.day} was not written by this program"
    position, end = 0, START
    for entry in _rows(session, _entries.c.position.is_not(None), _entries.c.position):
        position += 1
        if entry["position"] != position:
            yield f"audit: entry {entry['position']} of the chain stands where {position} should"
            position = entry["position"]
        yield from _content(entry)
        if entry["chained"] != chain(end, position, entry["mac"]):
            yield f"audit: entry {position} does not follow the one before it"
        end = entry["chained"]
        kept = checkpoints.pop(position, None)
        if kept is not None and kept.chained != end:
            yield f"audit: entry {position} is not what it was at the checkpoint of {kept.day}"
    yield from (f"audit: the chain is shorter than on {each.day}" for each in checkpoints.values())
    yield from _end(session, position, end)
    for entry in _rows(session, _entries.c.position.is_(None), _entries.c.id):
        yield from _content(entry)


def _end(session: Session, position: int, end: bytes) -> Iterator[str]:
    head = session.get(AuditHead, 1)
    if head is None:
        if position:
            yield "audit: the end of the chain is missing"
        return
    if head.mac != seal_end("head", head.position, head.chained):
        yield "audit: the end of the chain was not written by this program"
    if (head.position, head.chained) != (position, end):
        yield f"audit: {head.position} entries were chained, {position} are there"


def _content(entry: dict[str, Any]) -> Iterator[str]:
    if entry["mac"] != seal_entry(entry):
        yield f"audit: entry {entry['id']} was not written by this program, or changed since"


def _rows(session: Session, where: Any, order: Any) -> Iterator[dict[str, Any]]:
    query = select(_entries).where(where).order_by(order).execution_options(yield_per=5000)
    for row in session.execute(query).mappings():
        yield dict(row)
