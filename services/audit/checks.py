"""Checking the audit log, for `changke verify`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import mark
from services.audit.chain import ERASED, START, chain, seal_end, seal_entry, seal_remains
from services.audit.mark import Mark
from services.audit.models import AuditCheckpoint, AuditEntry, AuditHead
from services.shared.database import reading

_entries: Any = AuditEntry.__table__


def find_differences(session: Session) -> Iterator[str]:
    """One sentence for whatever was changed, removed, added or reordered behind the program's back."""
    checkpoints = list(session.scalars(select(AuditCheckpoint)))
    kept = {each.position: each.chained for each in checkpoints}
    seen = mark.find()
    if seen is not None and not _is_older(session, seen):
        kept[seen.position] = seen.chained
    for each in checkpoints:
        if each.mac != seal_end(f"checkpoint:{each.day.isoformat()}", each.position, each.chained):
            yield f"audit: the checkpoint of {each.day} was not written by this program"
    position, end = 0, START
    for entry in _rows(session, _entries.c.position.is_not(None), _entries.c.position):
        position += 1
        if entry["position"] != position:
            yield f"audit: entry {entry['position']} of the chain stands where {position} should"
            position = entry["position"]
        yield from _content(entry)
        if entry["chained"] != chain(end, position, entry["id"], entry["mac"]):
            yield f"audit: entry {position} does not follow the one before it"
        end = entry["chained"]
        if kept.pop(position, end) != end:
            yield f"audit: entry {position} is not what it was when its place was kept"
    yield from (f"audit: the chain has {position} entries and had {had}" for had in sorted(kept))
    yield from _end(session, position, end)
    for entry in _rows(session, _entries.c.position.is_(None), _entries.c.id):
        yield from _content(entry)


def _is_older(session: Session, seen: Mark) -> bool:
    """Whether what is looked at is an older state of the database than the mark: the job went on meanwhile."""
    head = select(AuditHead.position)
    if (session.scalar(head) or 0) >= seen.position:
        return False
    with reading() as now:
        return (now.scalar(head) or 0) >= seen.position


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
    told = entry["changes"].get(ERASED) if isinstance(entry["changes"], dict) else None
    if (told != seal_remains(entry)) if told else (entry["mac"] != seal_entry(entry)):
        yield f"audit: entry {entry['id']} was not written by this program, or changed since"


def _rows(session: Session, where: Any, order: Any) -> Iterator[dict[str, Any]]:
    query = select(_entries).where(where).order_by(order).execution_options(yield_per=5000)
    for row in session.execute(query).mappings():
        yield dict(row)
