"""Looking up imports, their rows and how far they are."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.dataio.errors import BadFile, ImportNotFound
from services.dataio.models import Import, ImportRow
from services.dataio.permissions import IMPORTS_CREATE
from services.fields.queries import FieldCard, list_fields, tell_values
from services.shared import tables
from services.shared.actors import Actor
from services.shared.tables import Sheet

WORKED_ON = {
    "checking": ("waiting",),
    "running": ("ready",),
    "undoing": ("created", "changed"),
}  # outcomes that are still to be done
HIGHEST_ID = 2**63 - 1


def get_import(session: Session, import_id: int, *, actor: Actor) -> Import:
    """One import. Raises Forbidden, ImportNotFound."""
    actor.require(IMPORTS_CREATE)
    found = session.get(Import, import_id) if 0 < import_id <= HIGHEST_ID else None
    if found is None:
        raise ImportNotFound
    return found


def list_imports(session: Session, *, actor: Actor, after: int | None = None, limit: int = 50) -> list[Import]:
    """The newest first; `after` is the id where the last page ended."""
    actor.require(IMPORTS_CREATE)
    query = select(Import).order_by(Import.id.desc()).limit(limit)
    return list(session.scalars(query.where(Import.id < after) if after else query))


def count_outcomes(session: Session, import_id: int) -> dict[str, int]:
    """How many rows came to what."""
    counted = select(ImportRow.outcome, func.count()).where(ImportRow.import_id == import_id)
    return {row[0]: row[1] for row in session.execute(counted.group_by(ImportRow.outcome))}


def count_left(imported: Import, counts: Mapping[str, int]) -> int:
    """How many rows are still to be done of what an import is at."""
    return sum(counts.get(each, 0) for each in WORKED_ON.get(imported.state, ()))


def list_rows(
    session: Session, import_id: int, *, outcomes: Collection[str] = (), after: int = 0, limit: int = 50
) -> list[ImportRow]:
    """Rows in the order of the file; `after` is the position where the last page ended."""
    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.position > after)
    if outcomes:
        query = query.where(ImportRow.outcome.in_(outcomes))
    return list(session.scalars(query.order_by(ImportRow.position).limit(limit)))


def held_answers(session: Session, member_ids: Collection[int], actor: Actor) -> dict[int, dict[str, Any]]:
    """What these members answered to own fields, as JSON carries it."""
    return tell_values(session, "member", member_ids, actor=actor) if member_ids else {}


def read_file(data: bytes) -> list[Sheet]:
    """The sheets of a file that hold something. Raises BadFile with the words why not."""
    try:
        return tables.read(data)
    except tables.UnreadableError as error:
        raise BadFile(str(error)) from error


def list_working(session: Session) -> list[int]:
    """The imports on which work goes on."""
    return list(session.scalars(select(Import.id).where(Import.state.in_(WORKED_ON)).order_by(Import.id)))


def list_own_fields(session: Session) -> list[FieldCard]:
    """The shop's own fields of members that a column may be: photos are no words."""
    return [each for each in list_fields(session, "member") if each.kind != "photo"]


def labels_of(fields: Collection[FieldCard]) -> Mapping[str, str]:
    """What a header may call them, in small letters, and which field that is."""
    told: dict[str, Any] = {}
    for each in fields:
        for words in (each.label_zh, each.label_en):
            if words:
                told["".join(words.lower().split())] = f"fields.{each.key}"
    return told
