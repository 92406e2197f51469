"""Rows as a file, one after the other: XLSX or CSV in constant memory, straight into where it is sealed.

The libraries that write XLSX lay a sheet in clear on the disk while they make it, so the few parts of the format that a table needs are
written here: a workbook is a zip of XML. No cell is a formula: texts are texts, marked so that a spreadsheet keeps them (`quotePrefix`),
in CSV behind an apostrophe.
"""

import csv
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from services.exports.rules import CSV, DATE, EXCEL_ROWS, MONEY, NUMBER, TIME, Column
from services.shared import money
from services.shared.cells import BOM, is_risky, safe_cell, writable

_DAY_ONE = date(1899, 12, 30)  # from which spreadsheets count days
_LONGEST = 32_767  # characters of a cell
_STYLES = {"head": 1, MONEY: 2, DATE: 3, TIME: 4, "risky": 5}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="#,##0.00"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
Cells = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Sheet:
    """What stands around the rows: the sheet's title, its columns and how each is called."""

    title: str
    columns: Sequence[Column]
    heads: Sequence[str]


class TooLong(Exception):  # noqa: N818 (an answer, not an error)
    """A sheet has no room for so many rows: CSV has."""


def write(out: BinaryIO, form: str, sheet: Sheet, rows: Cells) -> None:
    """Write the whole file. Cells are what `tell` makes of them."""
    (_write_csv if form == CSV else _write_xlsx)(out, sheet, rows)


def teller(
    columns: Sequence[Column], words: Mapping[str, Mapping[str, str]], zone: str
) -> Callable[[Mapping[str, Any]], list[Any]]:
    """What makes the cells of a row: moments on the shop's clock, choices in words, money as text with two places."""
    here = ZoneInfo(zone)

    def tell(row: Mapping[str, Any]) -> list[Any]:
        return [_told(column, row.get(column.key), words.get(column.key, {}), here) for column in columns]

    return tell


def _told(column: Column, value: Any, words: Mapping[str, str], here: ZoneInfo) -> Any:
    if value is None or value == "":
        return None
    match column.kind:
        case "money":
            return money.text(value)
        case "time":
            return value.astimezone(here).replace(tzinfo=None, microsecond=0)
        case "choice":
            keys = value if isinstance(value, tuple) else (value,)
            return words.get("", "、").join(words.get(str(key), str(key)) for key in keys)
    return value


def _write_csv(out: BinaryIO, sheet: Sheet, rows: Cells) -> None:
    writer = csv.writer(_Text(out))
    out.write(BOM.encode())
    writer.writerow([safe_cell(each) for each in sheet.heads])
    figures = [
        column.kind in {MONEY, NUMBER} for column in sheet.columns
    ]  # a loss begins with a minus, and is no formula
    for row in rows:
        writer.writerow(
            [
                "" if cell is None else cell if figure else safe_cell(cell)
                for cell, figure in zip(row, figures, strict=True)
            ]
        )


class _Text:
    """What the table writes its lines into."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, line: str) -> int:
        return self._out.write(line.encode())


def _write_xlsx(out: BinaryIO, sheet: Sheet, rows: Cells) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as book:
        for name, part in _PARTS.items():
            book.writestr(name, _HEAD + part)
        book.writestr("xl/workbook.xml", _HEAD + _book(sheet.title))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as page:
            page.write((_HEAD + _sheet_begins(sheet.columns)).encode())
            page.write(f"<row>{''.join(_text(each, _STYLES['head']) for each in sheet.heads)}</row>".encode())
            kinds = [column.kind for column in sheet.columns]
            for count, row in enumerate(rows):
                if count >= EXCEL_ROWS:
                    raise TooLong
                page.write(f"<row>{''.join(map(_cell, kinds, row))}</row>".encode())
            page.write(b"</sheetData></worksheet>")


def _book(title: str) -> str:
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{escape(title[:31], {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _sheet_begins(columns: Sequence[Column]) -> str:
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{20 if column.kind == TIME else 14}" customWidth="1"/>'
        for place, column in enumerate(columns, 1)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>"
    )


def _cell(kind: str, value: Any) -> str:
    if value is None:
        return "<c/>"
    if kind in {MONEY, NUMBER}:
        return f'<c s="{_STYLES.get(kind, 0)}"><v>{value}</v></c>'
    if kind in {DATE, TIME}:
        return f'<c s="{_STYLES[kind]}"><v>{_serial(value)}</v></c>'
    text = str(value)
    return _text(text, _STYLES["risky"] if is_risky(text) else 0)


def _text(text: str, style: int) -> str:
    said = escape(writable(text)[:_LONGEST])
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _serial(value: date) -> str:
    """Days since spreadsheets began to count, a moment with its part of the day."""
    days = (value.date() if isinstance(value, datetime) else value) - _DAY_ONE
    if not isinstance(value, datetime):
        return str(days.days)
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return f"{days.days}.{(seconds * 10**10 + 43200) // 86400:010d}"
