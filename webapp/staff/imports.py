"""导入: an old list of members comes in, step by step: upload, match the columns, look at every problem, run, and take it back."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.dataio import commands, queries
from services.dataio.permissions import IMPORTS_CREATE
from services.dataio.rules.columns import FIELDS
from services.dataio.schemas import DUPLICATES, ORDERS, ImportMatchIn
from services.shared import clock, tables
from services.shared.refusals import Invalid
from services.shared.words import N_
from webapp.staff import blueprint
from webapp.web import addresses, edge, forms, guards, import_words, toasts
from webapp.web.forms import Form

PAGE, EXAMPLES = 50, 3


class UploadForm(Schema):
    """Only the file, which comes along."""


@blueprint.get("/imports")
@guards.staff(IMPORTS_CREATE)
def imports() -> str:
    """What came in before, and the form for one more."""
    return _list(Form())


@blueprint.post("/imports")
@guards.staff(IMPORTS_CREATE)
def create_import() -> ResponseReturnValue:
    """Read the file before the write lock, keep its rows."""
    at, actor, sent = clock.now(), edge.actor(), request.files.get("file")
    data = sent.stream.read(tables.MOST_BYTES + 1) if sent is not None else b""
    name = (sent.filename or "") if sent is not None else ""
    edge.note_file("file", data)
    read: list[tables.Sheet] = []

    def first(_data: dict[str, Any]) -> None:
        if not data:
            raise Invalid({"file": [N_("请选一个文件")]})
        read.extend(queries.read_file(data))

    def perform(session: Session, _data: dict[str, Any]) -> ResponseReturnValue:
        imported = commands.upload_import(session, name, read, actor=actor, at=at)
        return redirect(url_for("staff.show_import", import_id=imported.id), 303)

    return forms.submit(UploadForm, perform, _list, first=first)


@blueprint.get("/imports/<int:import_id>")
@guards.staff(IMPORTS_CREATE)
def show_import(import_id: int) -> str:
    """The step an import is at."""
    return _page(import_id, None)


@blueprint.post("/imports/<int:import_id>/matching")
@guards.staff(IMPORTS_CREATE)
def match_import(import_id: int) -> ResponseReturnValue:
    """Which column is what; then every row is checked."""
    at, actor = clock.now(), edge.actor()
    sheets = queries.get_import(edge.read(), import_id, actor=actor).sheets
    values = forms.typed()
    told = [
        [values.get(f"column_{place}_{column}", "") for column in range(len(sheet["header"]))]
        for place, sheet in enumerate(sheets)
    ]

    def perform(session: Session, data: dict[str, Any]) -> ResponseReturnValue:
        commands.match_import(session, import_id, data, actor=actor, at=at)
        return redirect(url_for("staff.show_import", import_id=import_id), 303)

    return forms.submit(ImportMatchIn, perform, lambda form: _page(import_id, form), values={**values, "mapping": told})


@blueprint.post("/imports/<int:import_id>/run")
@guards.staff(IMPORTS_CREATE)
def run_import(import_id: int) -> ResponseReturnValue:
    """Let it be done."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        commands.run_import(session, import_id, actor=actor, at=at)
        return redirect(url_for("staff.show_import", import_id=import_id), 303)

    return edge.write(effect)


@blueprint.post("/imports/<int:import_id>/undo")
@guards.staff(IMPORTS_CREATE)
def undo_import(import_id: int) -> ResponseReturnValue:
    """Take the whole import back."""
    at, actor = clock.now(), edge.actor()

    def effect(session: Session) -> ResponseReturnValue:
        commands.undo_import(session, import_id, actor=actor, at=at)
        toasts.say(_("正在撤销，可以离开，不会停"))
        return redirect(url_for("staff.show_import", import_id=import_id), 303)

    return edge.write(effect)


@blueprint.get("/imports/<int:import_id>/result")
@guards.staff(IMPORTS_CREATE)
def import_result(import_id: int) -> Response:
    """One line per row of the file, with what became of it and why, as a csv."""
    session = edge.read()
    return import_words.result_answer(session, queries.get_import(session, import_id, actor=edge.actor()))


def _list(form: Form) -> str:
    found = queries.list_imports(edge.read(), actor=edge.actor(), after=addresses.whole("after"), limit=PAGE + 1)
    more = url_for("staff.imports", after=found[PAGE - 1].id) if len(found) > PAGE else ""
    return render_template(
        "staff/imports/list.html", form=form, imports=found[:PAGE], states=import_words.STATES, more=more
    )


def _page(import_id: int, form: Form | None) -> str:
    session, language = edge.read(), str(get_locale())
    imported = queries.get_import(session, import_id, actor=edge.actor())
    outcome = request.args.get("outcome", "")
    outcome = (
        outcome if outcome in import_words.OUTCOMES else "wrong" if imported.state == "checked" and not outcome else ""
    )
    counts = queries.count_outcomes(session, import_id)
    rows = queries.list_rows(
        session, import_id, outcomes=[outcome] if outcome else (), after=addresses.whole("after") or 0, limit=PAGE + 1
    )
    following: dict[str, Any] = {"import_id": import_id, "outcome": outcome or None}
    matching = (
        imported.state == "matching" or (imported.state == "checked" and "match" in request.args) or form is not None
    )
    own = [(f"fields.{each.key}", each.label(language)) for each in queries.list_own_fields(session)]
    return render_template(
        "staff/imports/show.html",
        imported=imported,
        form=form or Form(imported.choices),
        matching=matching,
        fields=[*((name, _(words)) for name, words in FIELDS.items()), *own],
        examples=_examples(session, imported) if matching else {},
        counts=counts,
        left=queries.count_left(imported, counts),
        outcome=outcome,
        outcomes=import_words.OUTCOMES,
        states=import_words.STATES,
        duplicates=[(name, _(words)) for name, words in DUPLICATES.items()],
        orders=[(name, _(words)) for name, words in ORDERS.items()],
        rows=rows[:PAGE],
        problems=lambda row: import_words.tell_problems(imported, row),
        undoable=imported.state == "done" and imported.forgotten_at is None,
        more=url_for("staff.show_import", **following, after=rows[PAGE - 1].position) if len(rows) > PAGE else "",
    )


def _examples(session: Session, imported: Any) -> dict[tuple[int, int], str]:
    """Some values of each column, by sheet and column."""
    found: dict[tuple[int, int], list[str]] = {}
    for row in queries.list_rows(session, imported.id, limit=PAGE):
        for column, cell in enumerate(row.cells):
            some = found.setdefault((row.sheet, column), [])
            if cell not in {None, ""} and len(some) < EXAMPLES:
                some.append(str(cell)[:20])
    return {place: " · ".join(some) for place, some in found.items()}
