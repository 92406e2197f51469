"""Files from outside (services/shared/tables): what stands in them, and what is too much."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from services.shared import tables


def workbook(*rows: list[Any], at: str = "") -> bytes:
    """A workbook of these rows; `at`: one cell more, there."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if at:
        sheet[at] = "x"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb(size: int) -> bytes:
    """A workbook whose only sheet unpacks to so many bytes."""
    whole, out = zipfile.ZipFile(io.BytesIO(workbook(["手机号"]))), io.BytesIO()
    with whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in whole.namelist():
            body = whole.read(name)
            packed.writestr(
                name, body.replace(b"</sheetData>", b" " * size + b"</sheetData>") if "sheet1" in name else body
            )
    return out.getvalue()


def test_cells_are_what_people_see() -> None:
    """Whole numbers, parts, days, ticks; a formula is what was last worked out, and here nothing was."""
    row = [
        13800138000,
        0.1 + 0.2,
        128.5,
        date(1993, 5, 20),
        datetime(1993, 5, 20, 8, 30),
        True,
        "小雨",
        "=1+1",
        1e300,
        None,
    ]
    (sheet,) = tables.read(workbook(["a"] * 10, row))
    assert sheet.rows[1] == [
        13800138000, "0.3", "128.5", "1993-05-20", "1993-05-20 08:30:00", "TRUE", "小雨", None, "1e+300", None,
    ]  # fmt: skip


@pytest.mark.parametrize("coding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("comma", [",", "\t", ";"])
def test_tables_of_text_are_read_in_any_coding(coding: str, comma: str) -> None:
    """Quoted commas and line breaks stay in their cell; blank rows are rows."""
    words = f'手机号{comma}姓名\r\n\r\n138{comma}"小{comma}\n雨"\r\n'
    (sheet,) = tables.read(words.encode(coding))
    assert sheet.rows == [["手机号", "姓名"], [], ["138", f"小{comma}\n雨"]]


@pytest.mark.parametrize(("data", "words"), [
    (b"", tables.EMPTY), (b"\r\n,,\r\n", tables.EMPTY), (workbook(), tables.EMPTY), (b"\0" * 99, tables.UNREADABLE),
    (b"\xff\xfe\x00", tables.UNREADABLE), (b"PK\x03\x04rubbish", tables.UNREADABLE), (b"\xd0\xcf\x11\xe0rubbish", tables.UNREADABLE),
    (b"," * 200, tables.TOO_LARGE), (b"," * 9_000_000, tables.TOO_LARGE), (b"1\n" * 100_001, tables.TOO_LARGE),
    (b"x" * (tables.MOST_BYTES + 1), tables.TOO_LARGE), (b'"' + b"x" * 200_000, tables.UNREADABLE),
    (workbook(["a"], at="CW2"), tables.TOO_LARGE), (workbook(["a"], at="XFD1048576"), tables.TOO_LARGE),
    (workbook(["a"], at="A1048576"), tables.TOO_LARGE), (workbook(["a"], at="CV90000"), tables.TOO_LARGE),
    (bomb(500 * 2**20), tables.TOO_LARGE),
])  # fmt: skip
def test_what_is_no_table_or_too_large_a_one_says_so(data: bytes, words: str) -> None:
    """Rubbish with the head of a workbook, a million columns, a last cell a billion cells away, a zip that unpacks for ever."""
    with pytest.raises(tables.UnreadableError) as refused:
        tables.read(data)
    assert refused.value.args == (words,)
