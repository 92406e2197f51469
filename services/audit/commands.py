"""Writing the audit log, and chaining what was written."""

import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from services.audit import mark
from services.audit.chain import ERASED, START, chain, seal_end, seal_entry, seal_remains
from services.audit.mark import Mark
from services.audit.models import AuditCheckpoint, AuditEntry, AuditHead
from services.shared import vault
from services.shared.actors import Actor
from services.shared.wiping import Traces

WORDS = frozenset({"reason", "note", "label"})  # fields that people type
AT_A_TIME = 1000  # entries in one transaction: some milliseconds of lock
# Built once: every command passes here.
_entries: Any = AuditEntry.__table__
_ENTER = insert(_entries)
_UNCHAINED = select(_entries.c.id, _entries.c.mac).where(_entries.c.position.is_(None)).order_by(_entries.c.id)
_CHAIN = (
    update(_entries)
    .where(_entries.c.id == bindparam("entry"))
    .values(position=bindparam("place"), chained=bindparam("link"))
)


def record(
    session: Session,
    action: str,
    subject: tuple[str, int | None],
    *,
    actor: Actor,
    at: datetime,
    store_id: int | None = None,
    member_id: int | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Note that `actor` did `action` (`"members.create"`) to `subject` (`("member", 42)`), in this transaction.

    `changes` maps a field to `[before, after]`, or to one plain value where there is no before. What is about a member (the subject, or
    `member_id`) rests under the member's key; a member who acts is named by number only.
    """
    whose = subject[1] if subject[0] == "member" else member_id
    entry = {
        "at": at,
        "nonce": secrets.token_bytes(8),
        "action": action,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": "" if actor.kind == "member" else actor.name,
        "origin": actor.origin,
        "store_id": store_id,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "member_id": whose,
        "changes": _sealed(session, whose, dict(changes or {}), at),
    }
    session.connection().execute(_ENTER, entry | {"mac": seal_entry(entry)})


def _sealed(session: Session, member_id: int | None, changes: dict[str, Any], at: datetime) -> dict[str, Any]:
    if member_id is None or not changes:
        return changes
    content = json.dumps(changes, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        return {"sealed": vault.seal(session, member_id, content, "audit", at=at)}
    except vault.Erased:  # what is still done about somebody who is gone says that it was done, and nothing of them
        return {}


def forget_person(session: Session, member_id: int, traces: Traces, *, things: Mapping[str, Select[Any]]) -> None:
    """Take what an erased member is known by out of entries that are not under their key: where they came from, what was written about
    `things` of theirs (ids by kind of subject), and what names them elsewhere. Each says so, sealed; the chain stays as it is.
    """
    own = and_(_entries.c.actor_kind == "member", _entries.c.actor_id == member_id)
    theirs = or_(own, and_(_entries.c.actor_kind == "public", _entries.c.member_id == member_id))
    about = [and_(_entries.c.subject_kind == kind, _entries.c.subject_id.in_(ids)) for kind, ids in things.items()]
    query = select(_entries, theirs.label("theirs"), or_(*about).label("about"))
    for row in (
        session.connection().execute(query.where(or_(theirs, *about, traces.hinted(_entries.c.changes)))).mappings()
    ):
        _take_out(session, dict(row), member_id, traces)


def _take_out(session: Session, row: dict[str, Any], member_id: int, traces: Traces) -> None:
    theirs, about = row.pop("theirs"), row.pop("about")
    told = row["changes"].get(ERASED)
    if (told != seal_remains(row)) if told else (row["mac"] != seal_entry(row)):
        return  # what was tampered with stays as it is: `changke verify` tells of it
    changes = {name: value for name, value in row["changes"].items() if name != ERASED}
    if "sealed" in changes:  # of somebody else, who has to do with the same thing: it may tell of both
        left = {} if about and row["member_id"] != member_id else changes
    else:
        left = {name: traces.wiped(value) for name, value in changes.items() if not (about and name in WORDS)}
    fresh = {**row, "changes": left, "origin": "" if theirs else row["origin"]}
    if (left, fresh["origin"]) == (changes, row["origin"]):
        return
    kept = {"changes": left | {ERASED: seal_remains(fresh)}, "origin": fresh["origin"]}
    session.connection().execute(update(_entries).where(_entries.c.id == row["id"]).values(kept))


def chain_entries(session: Session, *, at: datetime) -> tuple[int, Mark]:
    """Put up to AT_A_TIME entries that nobody chained yet at the end of the chain, in the order of their ids; how many, and its new end.

    Raises RuntimeError where the head is missing although there is a chain: nothing is built on what somebody tampered with.
    """
    head = session.get(AuditHead, 1, with_for_update=True) or _begin(session)
    position, end = head.position, head.chained
    links = []
    for entry_id, mac in session.connection().execute(_UNCHAINED.limit(AT_A_TIME)).all():
        position += 1
        end = chain(end, position, entry_id, mac)
        links.append({"entry": entry_id, "place": position, "link": end})
    if links:
        session.connection().execute(_CHAIN, links)
        head.position, head.chained, head.mac = position, end, seal_end("head", position, end)
    _checkpoint(session, at.date(), position, end)
    return len(links), Mark(position, end)


def _begin(session: Session) -> AuditHead:
    began = select(_entries.c.id).where(_entries.c.position.is_not(None)).limit(1)
    if mark.find() is not None or session.scalar(began) is not None:
        raise RuntimeError("the end of the audit chain is missing: run `changke verify`")
    head = AuditHead(id=1, position=0, chained=START, mac=seal_end("head", 0, START))
    session.add(head)
    return head


def _checkpoint(session: Session, day: date, position: int, end: bytes) -> None:
    """Once a day the end of the chain is kept."""
    if not position or session.get(AuditCheckpoint, day) is not None:
        return
    mac = seal_end(f"checkpoint:{day.isoformat()}", position, end)
    session.add(AuditCheckpoint(day=day, position=position, chained=end, mac=mac))
