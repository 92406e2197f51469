"""The worker's part of an import: some rows in one transaction, which either all are done or none, so that each is done once."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.dataio.commands.importing import import_rows
from services.dataio.commands.undoing import undo_rows
from services.dataio.models import Import, ImportRow, phone_mark
from services.dataio.queries import WORKED_ON, list_own_fields
from services.dataio.rules.reading import Asked, Look, read_row
from services.family.permissions import CHILDREN_CHANGE, CHILDREN_CREATE
from services.fields.permissions import FIELDS_READ_PRIVATE
from services.loyalty.commands.tiers import settle_later
from services.members.commands import call_due
from services.members.permissions import (
    BIRTHDAYS_CHANGE,
    MEMBERS_ARCHIVE,
    MEMBERS_CHANGE,
    MEMBERS_CREATE,
    MEMBERS_PHONES,
)
from services.segments.queries import list_tags
from services.shared.actors import SYSTEM, Actor
from services.shared.days import local_day
from services.shared.words import N_
from services.stores.queries import load_settings

PARTS = {"checking": 1_000, "running": 250, "undoing": 250}  # tenths of a second of lock
_GIVEN_UP = {"checking": "wrong", "running": "refused", "undoing": "kept"}
FAILED = N_("系统处理不了这一行，请手动补上")
_AFTER = {"checking": "checked", "running": "done", "undoing": "undone"}
_ALLOWED = frozenset({
    MEMBERS_CREATE, MEMBERS_CHANGE, MEMBERS_ARCHIVE, MEMBERS_PHONES, BIRTHDAYS_CHANGE, CHILDREN_CREATE, CHILDREN_CHANGE,
    FIELDS_READ_PRIVATE,
})  # fmt: skip


def work_part(session: Session, import_id: int, *, alone: bool = False, at: datetime) -> bool:
    """Do the next rows of what an import is at, `alone`: the next one; whether there are more. Safe to run at any time, by several at
    once."""
    imported = session.scalar(select(Import).where(Import.id == import_id).with_for_update())
    if imported is None or imported.state not in PARTS:
        return False
    state, most = imported.state, 1 if alone else PARTS[imported.state]
    rows = _load_next(session, imported, most)
    actor = Actor(imported.actor_kind, imported.actor_id, imported.actor_name, _ALLOWED, None)  # type: ignore[arg-type]
    if state == "checking":
        _check(session, imported, rows, at)
    elif state == "running":
        import_rows(session, imported, rows, actor=actor, at=at)
    else:
        undo_rows(session, imported, rows, actor=actor, at=at)
    session.flush()
    if len(rows) == most:
        return True
    _finish(session, imported, actor, at)
    return False


def give_up_row(session: Session, import_id: int) -> bool:
    """Leave out the row that comes next, of which the program cannot make anything; whether there was one."""
    imported = session.scalar(select(Import).where(Import.id == import_id).with_for_update())
    if imported is not None and imported.state in PARTS:
        for row in _load_next(session, imported, 1):
            row.outcome, row.problems = _GIVEN_UP[imported.state], [*row.problems, [None, FAILED, {}]]
            return True
    return False


def _load_next(session: Session, imported: Import, most: int) -> list[ImportRow]:
    open_ = ImportRow.outcome.in_(WORKED_ON[imported.state])
    order = ImportRow.position.desc() if imported.state == "undoing" else ImportRow.position
    query = select(ImportRow).where(ImportRow.import_id == imported.id, open_)
    return list(session.scalars(query.order_by(order).limit(most)))


def _check(session: Session, imported: Import, rows: list[ImportRow], at: datetime) -> None:
    settings, choices = load_settings(session), imported.choices
    look = Look(
        local_day(at, settings.zone), choices["order"], settings["wallet.cap"], choices["guardians"],
        {each.key: Asked(each.kind, each.choices) for each in list_own_fields(session)},
        {tag.name: None if tag.rule else tag.id for tag in list_tags(session, actor=SYSTEM)},
    )  # fmt: skip
    told: list[dict[str, Any]] = []
    for row in rows:
        mapping = imported.mapping[row.sheet]
        read = read_row(row.cells, mapping, look) if any(mapping) else None
        told.append({
            "import_id": row.import_id, "position": row.position, "problems": read.problems if read else [],
            "outcome": "skipped" if read is None else "wrong" if read.problems else "ready",
            "values": read.values if read else {}, "phone_mark": phone_mark(read.values.get("phone")) if read else None,
        })  # fmt: skip
    if told:
        session.execute(update(ImportRow), told)


def _finish(session: Session, imported: Import, actor: Actor, at: datetime) -> None:
    state, imported.state = imported.state, _AFTER[imported.state]
    if state == "checking":
        return
    if state == "running":
        imported.finished_at = at
        settle_later(session)
        opened = select(ImportRow.member_id).where(ImportRow.import_id == imported.id, ImportRow.outcome == "created")
        call_due(session, opened, at=at)  # once for all: until now it would take the time from the import
    else:
        imported.undone_at = at
    audit.record(
        session,
        "imports:finish",
        ("import", imported.id),
        actor=actor,
        at=at,
        changes={"state": [state, imported.state]},
    )
