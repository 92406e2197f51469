"""Tables that leave the shop as files. No cell is ever a formula: what a customer typed may be opened in a spreadsheet."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from flask import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # spreadsheets take the wide ones, too
_BOM = "\ufeff"  # without it Excel reads Chinese as Latin


def safe_cell(value: object) -> str:
    """The text of a cell; what a spreadsheet would compute stands behind an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def zip_answer(name: str, tables: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]]) -> Response:
    """Tables by file name (head and rows), as one download called `name`.zip with a csv for each."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for file, (head, rows) in tables.items():
            packed.writestr(f"{file}.csv", _csv(head, rows).encode())
    return _download(out.getvalue(), name, "zip", "application/zip")


def json_file(name: str, told: object) -> Response:
    """The same as one JSON text called `name`.json, for programs."""
    return _download(json.dumps(told, ensure_ascii=False, indent=1).encode(), name, "json", "application/json")


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a download called `name`.csv."""
    return _download(_csv(head, rows).encode(), name, "csv", "text/csv; charset=utf-8")


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    out.write(_BOM)
    writer = csv.writer(out)
    writer.writerow([safe_cell(each) for each in head])
    writer.writerows([safe_cell(each) for each in row] for row in rows)
    return out.getvalue()


def _download(content: bytes, name: str, ending: str, content_type: str) -> Response:
    told = f"attachment; filename=\"table.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    headers = {"Content-Disposition": told, "Cache-Control": "no-store"}
    return Response(content, headers=headers, content_type=content_type)
