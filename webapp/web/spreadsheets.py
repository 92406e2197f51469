"""Tables that leave the shop as files. No cell is ever a formula: what a customer typed may be opened in a spreadsheet."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from services.shared.cells import BOM, safe_cell

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TITLE = 31  # characters that a sheet's name may have


def zip_answer(name: str, tables: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]]) -> Response:
    """Tables by file name (head and rows), as one download called `name`.zip with a csv for each."""
    return packed_answer(name, {f"{file}.csv": _csv(head, rows).encode() for file, (head, rows) in tables.items()})


def xlsx_answer(name: str, tables: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]]) -> Response:
    """Tables by sheet name (head and rows), as one download called `name`.xlsx."""
    return _download(workbook(tables), name, "xlsx", _XLSX)


def packed_answer(name: str, files: Mapping[str, bytes]) -> Response:
    """Files by name, as one download called `name`.zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for file, content in files.items():
            packed.writestr(file, content)
    return _download(out.getvalue(), name, "zip", "application/zip")


def workbook(tables: Mapping[str, tuple[Sequence[str], Iterable[Sequence[object]]]]) -> bytes:
    """Tables by sheet name (head and rows): row by row, not in memory as a whole.

    A Decimal is money, a datetime a moment of the shop's day, a str is text, whatever it begins with.
    """
    book = Workbook(write_only=True)
    for title, (head, rows) in tables.items():
        sheet = book.create_sheet(title[:LONGEST_TITLE])
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, each, bold=True) for each in head])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: object, *, bold: bool = False) -> Any:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # never a formula
    else:
        cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
    if bold:
        cell.font = Font(bold=True)
    return cell


def json_file(name: str, told: object) -> Response:
    """The same as one JSON text called `name`.json, for programs."""
    return _download(json.dumps(told, ensure_ascii=False, indent=1).encode(), name, "json", "application/json")


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a download called `name`.csv."""
    return _download(_csv(head, rows).encode(), name, "csv", "text/csv; charset=utf-8")


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([safe_cell(each) for each in head])
    writer.writerows([safe_cell(each) for each in row] for row in rows)
    return out.getvalue()


def _download(content: bytes, name: str, ending: str, content_type: str) -> Response:
    told = f"attachment; filename=\"table.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    headers = {"Content-Disposition": told, "Cache-Control": "no-store"}
    return Response(content, headers=headers, content_type=content_type)
