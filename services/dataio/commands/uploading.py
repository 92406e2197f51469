"""The steps that a person takes: upload, match, run, undo. The work itself is done by the worker (working.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.dataio.errors import ImportNotFound, UndoOver, WrongMoment
from services.dataio.jobs import UNDOABLE, work_on_import
from services.dataio.models import Import, ImportMapping, ImportRow, phone_mark
from services.dataio.permissions import IMPORTS_CREATE
from services.dataio.queries import labels_of, list_own_fields
from services.dataio.rules import columns
from services.dataio.rules.cells import plain
from services.fields.permissions import FIELDS_READ_PRIVATE
from services.loyalty.permissions import POINTS_ADJUST
from services.shared import jobs
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.tables import Cell, Sheet
from services.shared.words import N_
from services.wallet.permissions import WALLET_ADJUST

CHOICES = {"duplicates": "skip", "order": "ask", "guardians": False}
_TWICE = N_("同一项只能选一列")
_NO_PHONE = N_("要有一列是手机号，才认得出是谁")


def upload_import(session: Session, name: str, sheets: Sequence[Sheet], *, actor: Actor, at: datetime) -> Import:
    """Keep every row of the sheets that `read_file` found, with a guess which column is what, or how it was matched the last time."""
    actor.require(IMPORTS_CREATE)
    own, mapping, rows = labels_of(list_own_fields(session)), [], []
    told: list[dict[str, Any]] = []
    for place, sheet in enumerate(sheets):
        top = columns.find_header(sheet.rows)
        header = columns.read_header(sheet.rows, top)
        header += [""] * (max(len(row) for row in sheet.rows) - len(header))
        filled = [
            (number, row)
            for number, row in enumerate(sheet.rows[top + 1 :], top + 2)
            if any(plain(cell) for cell in row)
        ]
        rows += [(place, number, row) for number, row in filled]
        blank = len(sheet.rows) - top - 1 - len(filled)
        told.append({"name": sheet.name, "header": header, "header_row": top + 1, "rows": len(filled), "blank": blank})
        mapping.append(columns.guess_all(header, own) if top >= 0 else columns.guess_phone(sheet.rows, len(header)))
    saved = session.get(ImportMapping, columns.fingerprint([each["header"] for each in told]))
    imported = Import(
        name=name[:100], state="matching", sheets=told, mapping=saved.mapping if saved else mapping,
        choices=saved.choices if saved else CHOICES, total=len(rows), actor_id=actor.id, actor_kind=actor.kind,
        actor_name=actor.name, created_at=at,
    )  # fmt: skip
    session.add(imported)
    session.flush()
    if rows:
        session.execute(insert(ImportRow), [_row(imported.id, at, *row) for at, row in enumerate(rows, 1)])
    changes = {"rows": len(rows), "sheets": len(told)}
    audit.record(session, "imports:create", ("import", imported.id), actor=actor, at=at, changes=changes)
    return imported


def match_import(session: Session, import_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Import:
    """Say which column is what, and how it is done; every row is then checked. As often as it needs, until it runs. Raises Invalid."""
    imported = _hold(session, import_id, ("matching", "checking", "checked"), actor=actor)
    mapping, own = data["mapping"], list_own_fields(session)
    _require_sense(imported, mapping, {each.key for each in own})
    matched = {name for sheet in mapping for name in sheet}
    if matched & {"principal", "bonus"}:
        actor.require(WALLET_ADJUST)
    if "points" in matched:
        actor.require(POINTS_ADJUST)
    if matched & {f"fields.{each.key}" for each in own if each.seen_by == "private"}:
        actor.require(FIELDS_READ_PRIVATE)
    choices = {name: data.get(name, usual) for name, usual in CHOICES.items()}
    imported.mapping, imported.choices, imported.state = mapping, choices, "checking"
    session.execute(update(ImportRow).where(ImportRow.import_id == import_id).values(outcome="waiting", problems=[]))
    _save(session, imported, at)
    audit.record(session, "imports:match", ("import", import_id), actor=actor, at=at, changes=choices)
    jobs.enqueue(session, work_on_import, import_id)
    return imported


def run_import(session: Session, import_id: int, *, actor: Actor, at: datetime) -> Import:
    """Let every row that is ready be imported. Done twice it changes nothing."""
    imported = _hold(session, import_id, ("checked", "running", "done"), actor=actor)
    if imported.state == "checked":
        imported.state, imported.ran_at = "running", at
        audit.record(
            session, "imports:run", ("import", import_id), actor=actor, at=at, changes={"rows": imported.total}
        )
        jobs.enqueue(session, work_on_import, import_id)
    return imported


def undo_import(session: Session, import_id: int, *, actor: Actor, at: datetime) -> Import:
    """Take the whole import back, row by row, within seven days. Raises UndoOver."""
    imported = _hold(session, import_id, ("done", "undoing", "undone"), actor=actor)
    if imported.state == "done":
        if imported.finished_at is None or at - imported.finished_at > UNDOABLE:
            raise UndoOver
        imported.state = "undoing"
        audit.record(
            session, "imports:undo", ("import", import_id), actor=actor, at=at, changes={"rows": imported.total}
        )
        jobs.enqueue(session, work_on_import, import_id)
    return imported


def _hold(session: Session, import_id: int, states: Sequence[str], *, actor: Actor) -> Import:
    actor.require(IMPORTS_CREATE)
    held = select(Import).where(Import.id == import_id).with_for_update() if 0 < import_id < 2**63 else None
    imported = session.scalars(held).first() if held is not None else None
    if imported is None:
        raise ImportNotFound
    if imported.state not in states or imported.forgotten_at is not None:
        raise WrongMoment
    return imported


def _require_sense(imported: Import, mapping: Sequence[Sequence[str]], own: set[str]) -> None:
    known = set(columns.FIELDS) | {f"fields.{key}" for key in own} | {""}
    if [len(each) for each in mapping] != [len(each["header"]) for each in imported.sheets]:
        raise Invalid({"mapping": [N_("列数和文件不一样")]})
    for sheet in mapping:
        named = [name for name in sheet if name]
        if set(sheet) - known:
            raise Invalid({"mapping": [N_("没有这个字段")]})
        if len(set(named)) < len(named):
            raise Invalid({"mapping": [_TWICE]})
        if named and "phone" not in named:
            raise Invalid({"mapping": [_NO_PHONE]})
    if not any(name for sheet in mapping for name in sheet):
        raise Invalid({"mapping": [_NO_PHONE]})


def _save(session: Session, imported: Import, at: datetime) -> None:
    insert_: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    told = {"mapping": imported.mapping, "choices": imported.choices, "at": at}
    mark = columns.fingerprint([each["header"] for each in imported.sheets])
    saving = insert_(ImportMapping).values(fingerprint=mark, **told)
    session.execute(saving.on_conflict_do_update(index_elements=["fingerprint"], set_=told))


def _row(import_id: int, position: int, sheet: int, number: int, row: Sequence[Cell]) -> dict[str, Any]:
    return {
        "import_id": import_id, "position": position, "sheet": sheet, "row": number, "cells": list(row),
        "values": {}, "phone_mark": phone_mark(columns.find_phone(row)), "outcome": "waiting", "problems": [],
        "member_id": None, "before": {},
    }  # fmt: skip
