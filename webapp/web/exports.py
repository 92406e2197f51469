"""Handing the file of an export out, on pages and to programs."""

from urllib.parse import quote

from flask import Response
from sqlalchemy.orm import Session

from services.exports import commands, queries
from services.exports.models import Export
from services.shared import clock
from webapp.web import edge, i18n

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def take(export_id: int) -> Response:
    """The file piece by piece, once it is written down that it is taken. Raises what `note_download` refuses."""
    at, actor, found = clock.now(), edge.actor(), []

    def note(session: Session) -> str:
        found.append(commands.note_download(session, export_id, actor=actor, at=at))
        return ""

    edge.write(note, keyed=False)
    export: Export = found[0]
    told = f"attachment; filename=\"table.{export.format}\"; filename*=UTF-8''{quote(name_of(export))}.{export.format}"
    headers = {"Content-Disposition": told, "Cache-Control": "no-store"}
    return Response(queries.open_file(export), headers=headers, content_type=_TYPES[export.format])


def name_of(export: Export) -> str:
    """What the file is called, without its ending."""
    return f"{export.words['title']} {i18n.local(export.created_at):%Y-%m-%d %H%M}"
