"""What became of an import and its rows, in words, for pages, the API and the file of results."""

from collections.abc import Iterator

from flask import Response
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.dataio import queries
from services.dataio.models import Import, ImportRow
from services.shared.words import N_
from webapp.web.spreadsheets import csv_answer

AT_ONCE = 5_000
OUTCOMES = {
    "waiting": N_("等着检查"), "ready": N_("可以导入"), "wrong": N_("有问题"), "created": N_("新会员"), "changed": N_("已更新"),
    "same": N_("没有变化"), "skipped": N_("跳过"), "refused": N_("没导进来"), "undone": N_("已撤销"), "kept": N_("没撤销"),
}  # fmt: skip
STATES = {
    "matching": N_("对列"), "checking": N_("正在检查"), "checked": N_("检查好了"), "running": N_("正在导入"), "done": N_("导入完成"),
    "undoing": N_("正在撤销"), "undone": N_("已撤销"),
}  # fmt: skip


def column_words(imported: Import, sheet: int, column: int) -> str:
    """What stands over a column, or its number."""
    header = imported.sheets[sheet]["header"]
    return header[column] or str(_("第 %(number)s 列", number=column + 1))


def problems_of(imported: Import, row: ImportRow) -> list[tuple[str, str]]:
    """What is wrong with a row, or was left as it is: the column's words (blank: the row) and what about it, in the reader's language."""
    return [
        ("" if column is None else column_words(imported, row.sheet, column), str(_(words, **params)))
        for column, words, params in row.problems
    ]


def tell_problems(imported: Import, row: ImportRow) -> list[str]:
    """The same as lines."""
    return [f"{column}：{words}" if column else words for column, words in problems_of(imported, row)]


def result_answer(session: Session, imported: Import) -> Response:
    """One line per row of the file, blank rows and what stands above the header too: what became of it, why, and what stood there."""
    widest: list[str] = max((sheet["header"] for sheet in imported.sheets), key=len, default=[])
    head = [_("表"), _("行"), _("结果"), _("说明"), *widest]
    return csv_answer(f"{_('导入结果')} {imported.id}", head, _lines(session, imported))


def _lines(session: Session, imported: Import) -> Iterator[list[object]]:
    after, sheet, number = 0, -1, 0
    while rows := queries.list_rows(session, imported.id, after=after, limit=AT_ONCE):
        for row in rows:
            if row.sheet != sheet:
                yield from _untold(imported, sheet, number + 1)
                sheet, number = row.sheet, 0
            yield from _untold(imported, sheet, number + 1, row.row)
            number = row.row
            why = "；".join(tell_problems(imported, row))
            yield [imported.sheets[sheet]["name"], number, _(OUTCOMES[row.outcome]), why, *row.cells]
        after = rows[-1].position
    yield from _untold(imported, sheet, number + 1)


def _untold(imported: Import, sheet: int, first: int, until: int = 0) -> Iterator[list[object]]:
    """The rows of a sheet that are nobody's: from `first` to before `until`, or to its end."""
    if sheet < 0:
        return
    told = imported.sheets[sheet]
    header = told["header_row"]
    for number in range(first, until or header + told["rows"] + told["blank"] + 1):
        words = _("表头") if number == header else _("表头以上，没有导入") if number < header else _("空行")
        yield [told["name"], number, words, ""]
