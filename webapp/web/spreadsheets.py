"""Tables that leave the shop as files. No cell is ever a formula: what a customer typed may be opened in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # spreadsheets take the wide ones, too
_BOM = "\ufeff"  # without it Excel reads Chinese as Latin


def safe_cell(value: object) -> str:
    """The text of a cell; what a spreadsheet would compute stands behind an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a download called `name`.csv."""
    out = io.StringIO(newline="")
    out.write(_BOM)
    writer = csv.writer(out)
    writer.writerow([safe_cell(each) for each in head])
    writer.writerows([safe_cell(each) for each in row] for row in rows)
    told = f"attachment; filename=\"table.csv\"; filename*=UTF-8''{quote(name)}.csv"
    headers = {"Content-Disposition": told, "Cache-Control": "no-store"}
    return Response(out.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")
