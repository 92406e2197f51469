"""/exports: lists of the shop as files, made in the background, kept for a week."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from services.exports import commands, queries
from services.exports.models import Export
from services.exports.permissions import EXPORTS_CREATE
from services.exports.queries.lists import Listing
from services.exports.schemas import ExportIn, ExportOut, ListOut
from services.shared import clock
from services.signin.errors import StepUpNeeded
from webapp.api import shape
from webapp.api.document import Blueprint
from webapp.web import edge, export_words, exports, forms, guards, people, step_up

blueprint = Blueprint("api_exports", __name__, description="导出 Exports")


@blueprint.get("/exports")
@blueprint.listing(ExportOut)
@guards.api(EXPORTS_CREATE)
def list_exports() -> Response:
    """The caller's own exports, the latest first. After seven days they are gone."""
    return shape.page(ExportOut, _list)


@blueprint.post("/exports")
@blueprint.response(202, ExportOut)
@blueprint.takes(ExportIn)
@guards.api(EXPORTS_CREATE)
def create_export() -> Response:
    """Ask for a file of a `list` (`GET /exports/lists`), which needs its own permission too. `filters` are those of its screen; without
    `columns` the usual ones. `whole` asks for whole phones and years of birth, needs `members:phones` and is written down apart. Rows of
    other stores are never in it. 409 `too_many_exports`: three are being made already."""
    data, at, actor = shape.body(ExportIn), clock.now(), edge.actor()

    def effect(session: Session) -> Response:
        made = commands.create_export(session, data, export_words.snapshot, actor=actor, at=at)
        return shape.one(ExportOut, made, 202)

    return edge.write(effect)


@blueprint.get("/exports/lists")
@blueprint.listing(ListOut, paged=False)
@guards.api(EXPORTS_CREATE)
def list_lists() -> Response:
    """What the caller may take along: each list with its columns, the shop's own fields too, and the names of its filters."""
    items = [_told(edge.read(), each) for each in queries.list_lists(edge.actor())]
    return edge.json_answer({"items": forms.made(ListOut).dump(items, many=True), "next": None})


@blueprint.get("/exports/<int:export_id>")
@blueprint.response(200, ExportOut)
@guards.api(EXPORTS_CREATE)
def get_export(export_id: int) -> Response:
    """How far one is: ask again every few seconds until `state` is ready or failed."""
    return shape.one(ExportOut, queries.get_export(edge.read(), export_id, actor=edge.actor()))


@blueprint.get("/exports/<int:export_id>/file")
@blueprint.response(200)
@guards.api(EXPORTS_CREATE)
def get_export_file(export_id: int) -> Response:
    """The file, for whoever asked for it, as long as they may see what is in it; each time is written down. 409 `export_not_ready`, 410
    `export_over`."""
    person = people.person()
    if person is not None and person.app == "staff" and not step_up.is_verified(person):
        raise StepUpNeeded  # it is taken away by a GET, which is free elsewhere
    return exports.take(export_id)


def _list(after: int | None, limit: int) -> Sequence[Export]:
    return queries.list_exports(edge.read(), actor=edge.actor(), after=after, limit=limit)


def _told(session: Session, listing: Listing) -> dict[str, Any]:
    columns = queries.list_columns(session, listing, actor=edge.actor())
    return {
        "name": listing.name,
        "label": export_words.in_both(lambda each: export_words.title(each.name), listing),
        "columns": [
            {"key": each.key, "kind": each.kind, "usual": each.usual, "label": export_words.label_in_both(each)}
            for each in columns
        ],
        "filters": list(listing.filters().fields),
    }
