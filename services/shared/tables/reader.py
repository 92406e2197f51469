"""The process that unpacks a file: bytes come in by stdin, JSON goes out. Run by path, it imports nothing of ours.

python -I reader.py ROWS COLUMNS SHEETS CELLS LONGEST SECONDS MEGABYTES < file
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
from dataclasses import dataclass
from datetime import date, datetime

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MOST_UNPACKED = 400 * 2**20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
Rows = list[list[str | int | None]]


class Refused(Exception):  # noqa: N818 (what is told, not a mistake of ours)
    """Why: too_large, unreadable, empty."""


@dataclass(frozen=True)
class Limits:
    """How much of everything a file may hold."""

    rows: int
    columns: int
    sheets: int
    cells: int
    longest: int


def read(data: bytes, most: Limits) -> list[dict[str, str | Rows]]:
    """The sheets that hold something. Raises Refused."""
    found = _workbook(data, most) if data.startswith(_WORKBOOKS) else [("CSV", _csv(data, most))]
    sheets: list[dict[str, str | Rows]] = [
        {"name": name, "rows": rows} for name, rows in found if any(any(row) for row in rows)
    ]
    if not sheets:
        raise Refused("empty")
    rows = [row for _, sheet in found for row in sheet]
    if len(sheets) > most.sheets or len(rows) > most.rows or sum(map(len, rows)) > most.cells:
        raise Refused("too_large")
    return sheets


def _workbook(data: bytes, most: Limits) -> list[tuple[str, Rows]]:
    from python_calamine import load_workbook

    _require_bearable(data)
    book, sheets, cells = load_workbook(io.BytesIO(data)), [], 0
    for name in book.sheet_names[: most.sheets + 1]:
        sheet = book.get_sheet_by_name(name)
        high, wide = sheet.end or (-1, -1)  # places of the last cell, from 0
        cells += (high + 1) * (wide + 1)
        if high >= most.rows or wide >= most.columns or cells > most.cells:
            raise Refused("too_large")
        rows = sheet.to_python(skip_empty_area=False)
        sheets.append((_CONTROL.sub("", name)[:40], [[_cell(cell, most) for cell in row] for row in rows]))
    return sheets


def _require_bearable(data: bytes) -> None:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise Refused("too_large")


def _cell(cell: object, most: Limits) -> str | int | None:
    """A day as ISO text, a number with the fifteen digits that spreadsheets keep: 0.1 + 0.2 is 0.3 to people."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return cell if abs(cell) < 10**15 else str(cell)
    return _CONTROL.sub("", str(cell))[: most.longest] or None


def _csv(data: bytes, most: Limits) -> Rows:
    words = _decoded(data)
    if "\0" in words:
        raise Refused("unreadable")
    first = words[:4096]
    comma = max((",", "\t", ";"), key=first.count)
    rows: Rows = []
    for row in csv.reader(io.StringIO(words, newline=""), delimiter=comma):
        if len(row) > most.columns or len(rows) >= most.rows:
            raise Refused("too_large")
        rows.append([_cell(cell, most) for cell in row])
    return rows


def _decoded(data: bytes) -> str:
    """Spreadsheets of Chinese Windows write GBK without saying so; what is UTF-8 by chance is hardly ever GBK."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def main(arguments: list[str]) -> None:
    """Read stdin within the limits, tell on stdout."""
    *sizes, seconds, megabytes = (int(each) for each in arguments)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told: dict[str, object] = {"sheets": read(sys.stdin.buffer.read(), Limits(*sizes))}
    except Refused as refused:
        told = {"refused": str(refused)}
    except MemoryError:
        told = {"refused": "too_large"}
    except Exception:  # whatever a file that somebody made can lead to
        told = {"refused": "unreadable"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
