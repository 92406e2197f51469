"""/imports: members from spreadsheets, step by step: upload, match the columns, look at every problem, run, take back."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.dataio import commands, queries
from services.dataio.errors import BadFile
from services.dataio.models import Import
from services.dataio.permissions import IMPORTS_CREATE
from services.dataio.schemas import ImportIn, ImportMatchIn, ImportOut, ImportRowOut, ImportWholeOut
from services.shared import clock
from services.shared.refusals import Invalid
from services.shared.tables import Sheet
from services.shared.words import N_
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, forms, guards, import_words

blueprint = Blueprint("api_imports", __name__, description="导入 Imports")


class ShownIn(Schema):
    """Which rows of an import; blank: all of them."""

    outcome = fields.String(
        load_default="", validate=validate.OneOf(("", *import_words.OUTCOMES), error=N_("请从列表里选"))
    )


@dataclass(frozen=True)
class Line:
    """A row as the API tells it."""

    id: int
    sheet: str
    row: int
    outcome: str
    problems: list[dict[str, str]]
    member: int | None


@blueprint.get("/imports")
@blueprint.listing(ImportOut)
@guards.api(IMPORTS_CREATE)
def list_imports() -> Response:
    """The newest first."""
    session, actor = edge.read(), edge.actor()
    return shape.page(
        ImportOut, lambda after, limit: queries.list_imports(session, actor=actor, after=after, limit=limit)
    )


@blueprint.post("/imports")
@blueprint.response(201, ImportWholeOut)
@blueprint.takes(ImportIn)
@guards.api(IMPORTS_CREATE)
def create_import() -> Response:
    """Upload a workbook (xlsx, xls, ods) or CSV (UTF-8, UTF-16, GBK). The answer tells the sheets, and a guess which column is what, or how
    a file with the same columns was matched the last time. 422 where it is no table, or too large a one."""
    data, at, actor = shape.body(ImportIn), clock.now(), edge.actor()
    sheets = edge.before(lambda: _read(data["content"]))

    def effect(session: Session) -> Response:
        imported = commands.upload_import(session, data["name"], sheets(), actor=actor, at=at)
        return _whole(session, imported, 201)

    return edge.write(effect)


@blueprint.get("/imports/<int:import_id>")
@blueprint.response(200, ImportWholeOut)
@guards.api(IMPORTS_CREATE)
def get_import(import_id: int) -> Response:
    """One import, with how far it is: ask again while `left` is not 0."""
    return _whole(edge.read(), queries.get_import(edge.read(), import_id, actor=edge.actor()))


@blueprint.put("/imports/<int:import_id>/matching")
@blueprint.response(202, ImportWholeOut)
@blueprint.takes(ImportMatchIn)
@guards.api(IMPORTS_CREATE)
def match_import(import_id: int) -> Response:
    """Say which column is what (`""`: none), for each sheet, and how it is done; then the worker checks every row. `duplicates`: skip, fill
    (gaps), overwrite, merge; `order`: what 05/06/1993 means (ask, month_first, day_first); `guardians`: those of the children in the
    file agreed to their being kept. As often as needed until it runs."""
    data, at, actor = shape.body(ImportMatchIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        return _whole(session, commands.match_import(session, import_id, data, actor=actor, at=at), 202)

    return edge.write(effect)


@blueprint.post("/imports/<int:import_id>/run")
@blueprint.response(202, ImportWholeOut)
@guards.api(IMPORTS_CREATE)
def run_import(import_id: int) -> Response:
    """Import the rows that are ready; the worker does it. 409 unless it was checked."""
    return _go_on(import_id, commands.run_import)


@blueprint.post("/imports/<int:import_id>/undo")
@blueprint.response(202, ImportWholeOut)
@guards.api(IMPORTS_CREATE)
def undo_import(import_id: int) -> Response:
    """Take the whole import back, within 7 days; the worker does it. Rows of whom something was heard since stay, and say why."""
    return _go_on(import_id, commands.undo_import)


@blueprint.get("/imports/<int:import_id>/rows")
@blueprint.listing(ImportRowOut, "outcome")
@guards.api(IMPORTS_CREATE)
def list_import_rows(import_id: int) -> Response:
    """Rows in the order of the file, those with one `outcome` or all, with every problem by column."""
    outcome, session = forms.load(ShownIn, request.args)["outcome"], edge.read()
    imported = queries.get_import(session, import_id, actor=edge.actor())

    def fetch(after: int | None, limit: int) -> list[Line]:
        chosen = [outcome] if outcome else ()
        rows = queries.list_rows(session, imported.id, outcomes=chosen, after=after or 0, limit=limit)
        return [_line(imported, row) for row in rows]

    return shape.page(ImportRowOut, fetch)


@blueprint.get("/imports/<int:import_id>/result")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
@guards.api(IMPORTS_CREATE)
def get_import_result(import_id: int) -> Response:
    """The result as CSV: one line per row of the file, with what became of it, why, and what stood there."""
    session = edge.read()
    return import_words.result_answer(session, queries.get_import(session, import_id, actor=edge.actor()))


def _go_on(import_id: int, command: Any) -> Response:
    at, actor = clock.now(), edge.actor()
    return edge.write(lambda session: _whole(session, command(session, import_id, actor=actor, at=at), 202))


def _read(content: str) -> list[Sheet]:
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid({"content": [N_("要是 base64")]}) from None
    try:
        return queries.read_file(data)
    except BadFile as refusal:
        raise Invalid({"content": refusal.errors["file"]}, refusal.code, refusal.text) from refusal


def _whole(session: Session, imported: Import, status: int = 200) -> Response:
    counts = queries.count_outcomes(session, imported.id)
    told = forms.made(ImportOut).dump(imported) | {"counts": counts, "left": queries.count_left(imported, counts)}
    return edge.json_answer(told, status)


def _line(imported: Import, row: Any) -> Line:
    problems = [{"column": column, "words": words} for column, words in import_words.problems_of(imported, row)]
    return Line(row.position, imported.sheets[row.sheet]["name"], row.row, row.outcome, problems, row.member_id)
