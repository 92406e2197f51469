"""Asking for an export, making it bit by bit, taking it, and forgetting it."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from marshmallow import RAISE, ValidationError
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.exports import texts
from services.exports.errors import TooManyExports
from services.exports.models import Export
from services.exports.permissions import EXPORTS_CREATE
from services.exports.queries import (
    count_open,
    count_working,
    get_export,
    get_list,
    list_columns,
    list_over,
    require_file,
)  # fmt: skip
from services.exports.queries.lists import Listing
from services.exports.rules import (
    FAILED,
    LEASE,
    LIFE,
    MOST_AT_ONCE,
    MOST_ATTEMPTS,
    MOST_OPEN,
    OPEN,
    READY,
    WAITING,
    WORKING,
    Asked,
    Column,
    without_words,
)  # fmt: skip
from services.identity.models import Staff
from services.members.permissions import MEMBERS_PHONES
from services.messaging import commands as messaging
from services.shared import jobs
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import Forbidden, Invalid
from services.shared.words import N_
from services.stores.queries import get_named_store, load_settings

WHOLE = {"phone", "birthday"}  # columns that are masked
Words = Callable[[Listing, Sequence[Column]], Mapping[str, Any]]


def create_export(session: Session, data: Mapping[str, Any], words: Words, *, actor: Actor, at: datetime) -> Export:
    """Let a worker make a file of a list as it stands at this moment; `words` tells heads and choices in the asker's language.

    Whole phones and years of birth are an act of their own. Raises NotFound, Forbidden, Invalid, TooManyExports.
    """
    from services.exports.jobs import make_export

    if actor.id is None or actor.kind not in {"staff", "token"}:
        raise Forbidden
    listing = get_list(data["listing"], actor=actor)
    columns = _columns(session, listing, data["columns"], actor)
    asked = _asked(session, listing, data["filters"], actor, at)
    whole = bool(data["whole"]) and any(column.key in WHOLE or column.own for column in columns)
    needed = {EXPORTS_CREATE, listing.permission, *listing.needs(session, asked), *((MEMBERS_PHONES,) if whole else ())}
    needed |= {column.permission for column in columns if column.permission}
    for permission in sorted(needed):
        actor.require(permission)
    if count_open(session, actor) >= MOST_OPEN:
        raise TooManyExports
    row = Export(
        listing=listing.name, format=data["format"], columns=[column.key for column in columns], filters=_kept(asked.filters),
        words=dict(words(listing, columns)), whole=whole, permissions=sorted(needed),
        stores=None if actor.stores is None else sorted(actor.stores), actor_kind=actor.kind, actor_id=actor.id,
        actor_name=actor.name, state=WAITING, created_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    changes = {"list": row.listing, "format": row.format, "columns": row.columns, **without_words(row.filters)}
    store_id = asked.get("store") if listing.name != "members" else None
    audit.record(session, "exports:create", ("export", row.id), actor=actor, at=at, store_id=store_id, changes=changes)
    if whole:
        audit.record(session, "exports:reveal", ("export", row.id), actor=actor, at=at, store_id=store_id)
    jobs.enqueue(session, make_export, row.id)
    return row


def note_download(session: Session, export_id: int, *, actor: Actor, at: datetime) -> Export:
    """Write down that the asker takes the file. Raises NotFound, Forbidden, ExportNotReady, ExportOver."""
    row = get_export(session, export_id, actor=actor)
    require_file(session, row, actor=actor, at=at)
    changes = {"list": row.listing, "format": row.format, "lines": row.rows}
    audit.record(session, "exports:download", ("export", row.id), actor=actor, at=at, changes=changes)
    return row


def claim_export(session: Session, export_id: int, *, at: datetime) -> str | None:
    """Take an export to make, from its beginning; None where somebody else makes it, it is over, or enough are being made.
    Nobody tries for ever."""
    claim = secrets.token_hex(8)
    free = or_(Export.claimed_until.is_(None), Export.claimed_until < at)
    if count_working(session, at=at) >= MOST_AT_ONCE:
        return None
    taken = (
        update(Export)
        .where(Export.id == export_id, Export.state.in_(OPEN), free, Export.attempts < MOST_ATTEMPTS)
        .values(
            state=WORKING,
            claim=claim,
            claimed_until=at + LEASE,
            begun_at=at,
            attempts=Export.attempts + 1,
            rows=0,
            rows_total=None,
        )
        .returning(Export.id)
    )
    if session.execute(taken).first() is not None:
        return claim
    tired = (Export.id == export_id, Export.state.in_(OPEN), free, Export.attempts >= MOST_ATTEMPTS)
    session.execute(update(Export).where(*tired).values(state=FAILED, finished_at=at, claim=None))
    return None


def note_progress(session: Session, export_id: int, claim: str, rows: int, total: int, *, at: datetime) -> bool:
    """How far it is, which is a sign of life too; False where it is no longer this worker's to make."""
    return _set_mine(session, export_id, claim, rows=rows, rows_total=total, claimed_until=at + LEASE)


def finish_export(
    session: Session, export_id: int, claim: str, *, rows: int, file: str, key: bytes, size: int, at: datetime
) -> bool:
    """The file is there; who asked is told, and the words that were looked for are gone. False where it is not this worker's any more."""
    done = {"state": READY, "rows": rows, "rows_total": rows, "file": file, "key": key, "size": size}
    return _close_as(session, export_id, claim, at, **done, expires_at=at + LIFE)


def fail_export(session: Session, export_id: int, claim: str, *, at: datetime) -> bool:
    """It cannot be made: who asked may not any more, or a sheet has no room."""
    return _close_as(session, export_id, claim, at, state=FAILED)


def put_off(session: Session, export_id: int, claim: str) -> bool:
    """Something broke: another attempt begins anew, as long as there are any."""
    return _set_mine(session, export_id, claim, claim=None, claimed_until=None)


def forget_exports(session: Session, *, before: datetime, at: datetime) -> list[str]:
    """Forget what is over, with what was asked; the files of it, which are then to be dropped."""
    over = list_over(session, at=at, before=before)
    for row in over:
        session.delete(row)
    if over:
        audit.record(session, "exports:forget", ("export", None), actor=SYSTEM, at=at, changes={"lines": len(over)})
    return [row.file for row in over if row.file is not None]


def _columns(session: Session, listing: Listing, keys: Collection[str], actor: Actor) -> list[Column]:
    may = list_columns(session, listing, actor=actor)
    if not keys:
        return [column for column in may if column.usual]
    if set(keys) - {column.key for column in may}:
        raise Invalid({"columns": [N_("请从列表里选")]})
    return [column for column in may if column.key in keys]


def _asked(session: Session, listing: Listing, filters: Mapping[str, Any], actor: Actor, at: datetime) -> Asked:
    try:
        read = listing.filters().load(filters, unknown=RAISE)
    except ValidationError as error:
        wrong: Mapping[str, list[str]] = error.messages_dict
        raise Invalid({f"filters.{name}": words for name, words in wrong.items()}) from error
    if listing.name != "members" and read.get("store") is not None:
        get_named_store(session, read["store"], actor=actor)
    return Asked(read, actor, at, load_settings(session).zone)


def _kept(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that are set, as JSON keeps them."""
    return {
        name: each.isoformat() if hasattr(each, "isoformat") else each
        for name, each in filters.items()
        if each and each != "all"
    }


def _close_as(session: Session, export_id: int, claim: str, at: datetime, **values: Any) -> bool:
    if not _set_mine(session, export_id, claim, claim=None, claimed_until=None, finished_at=at, **values):
        return False
    row = session.get_one(Export, export_id, populate_existing=True)
    row.filters = without_words(row.filters)
    person = session.get(Staff, row.actor_id) if row.actor_kind == "staff" else None
    if person is not None:
        settings = load_settings(session)
        language = person.language or str(settings["shop.language"])
        text = texts.ended(language, ready=row.state == READY, shop=str(settings["shop.name"]))
        messaging.tell_staff(
            session, person.id, text, path="/staff/exports", tag=f"export:{row.id}", language=language, at=at
        )
    return True


def _set_mine(session: Session, export_id: int, mine: str, /, **values: Any) -> bool:
    change = update(Export).where(Export.id == export_id, Export.claim == mine, Export.state == WORKING)
    return session.execute(change.values(values).returning(Export.id)).first() is not None
