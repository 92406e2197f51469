"""Making exports and forgetting them. A worker that dies in the middle leaves nothing but its claim; another begins anew."""

import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from services.exports import commands, files, queries, sheets
from services.exports.models import Export
from services.exports.queries.lists import Listing
from services.exports.rules import LIFE, Asked, Column
from services.shared import clock
from services.shared.database import reading, transaction

log = logging.getLogger(__name__)
PAGE = 500  # rows that are read together
LEFT = timedelta(hours=6)  # after which a file that no row knows is nobody's


class _Lost(Exception):  # noqa: N818 (an answer, not an error)
    """Another worker makes it by now."""


def make_export(export_id: int) -> None:
    """Make one export, from its beginning, and then what had to wait for it."""
    _try(export_id)
    _make_all()


def _try(export_id: int) -> None:
    with transaction() as session:
        claim = commands.claim_export(session, export_id, at=clock.now())
    if claim is None:
        return
    try:
        _make(export_id, claim)
    except _Lost:
        log.info("export %s is made by another worker", export_id)
    except Exception:
        log.exception("export %s could not be made", export_id)
        with transaction() as session:
            commands.put_off(session, export_id, claim)


def make_exports() -> None:
    """Make what a lost job or a dead worker left; and forget at once what an erased member stands in."""
    _forget()
    _make_all()


def _make_all() -> None:
    with reading() as session:
        unfinished = queries.list_unfinished(session, at=clock.now())
    for export_id in unfinished:
        _try(export_id)


def forget_exports() -> None:
    """Forget files whose days are over, and what dead workers left on the disk."""
    _forget()
    with reading() as session:
        kept = queries.list_files(session)
    files.drop_others(kept, before=(clock.outside() - LEFT).timestamp())


def _forget() -> None:
    at = clock.now()
    with transaction() as session:
        gone = commands.forget_exports(session, before=at - LIFE - LEFT, at=at)
    for name in gone:
        files.drop(name)


def _make(export_id: int, claim: str) -> None:
    with reading() as session:
        export = session.get_one(Export, export_id)
        plan = queries.find_plan(session, export)
        total = plan[0].count(session, plan[2]) if plan else 0
    if plan is None:
        _fail(export_id, claim)
        return
    listing, columns, asked = plan
    name, (passphrase, key) = f"{export_id}-{claim}", files.fresh_key()
    files.drop_halves(f"{export_id}-")
    rows = _Counted(export_id, claim, total)
    words: Mapping[str, Any] = export.words
    tell = sheets.teller(columns, words["choices"], asked.zone)
    heads = [words["heads"][column.key] for column in columns]
    cells = map(tell, rows.counting(_rows(listing, columns, asked)))
    fill = partial(
        sheets.write, form=export.format, sheet=sheets.Sheet(words["title"], columns, heads), rows=cells
    )  # fmt: skip
    try:
        size = files.write(name, passphrase, fill)
    except sheets.TooLong:
        _fail(export_id, claim)
        return
    with transaction() as session:
        done = commands.finish_export(
            session, export_id, claim, rows=rows.count, file=name, key=key, size=size, at=clock.now()
        )
    if not done:
        files.drop(name)


def _fail(export_id: int, claim: str) -> None:
    with transaction() as session:
        commands.fail_export(session, export_id, claim, at=clock.now())


def _rows(listing: Listing, columns: list[Column], asked: Asked) -> Iterator[list[Mapping[str, Any]]]:
    """The rows, a page at a time, each page in a snapshot of its own: nobody waits for a long one."""
    keys, after = {column.key for column in columns}, None
    while True:
        with reading() as session:
            found = listing.page(session, asked, after, PAGE)
            rows = listing.read(session, [each[-1] for each in found], asked, keys) if found else []
        yield rows
        if len(found) < PAGE:
            return
        after = found[-1]


class _Counted:
    """Rows on their way into the file; after each page it is said how far it is."""

    def __init__(self, export_id: int, claim: str, total: int) -> None:
        self._export_id, self._claim, self._total, self.count = export_id, claim, total, 0

    def counting(self, pages: Iterator[list[Mapping[str, Any]]]) -> Iterator[Mapping[str, Any]]:
        for page in pages:
            yield from page
            self.count += len(page)
            self._say()

    def _say(self) -> None:
        with transaction() as session:
            total = max(self._total, self.count)
            mine = commands.note_progress(session, self._export_id, self._claim, self.count, total, at=clock.now())
        if not mine:
            raise _Lost
