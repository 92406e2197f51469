"""`kill -9` of the worker in the middle of an import and of its undoing: started again it ends with the same books, and with none."""

import os
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.dataio import commands, jobs, queries
from services.dataio.models import Import, ImportRow
from services.members.models import Member
from services.shared import clock, database
from tests import messy
from tests.cast import Cast
from tests.kit.processes import Child
from tests.kit.waiting import wait_until
from tests.oracles import imports as oracle
from tests.services.test_imports import books
from tests.services.test_worker_kill import Workers


@pytest.fixture
def workers(environ: dict[str, str], tmp_path: Path) -> Workers:
    return Workers(environ, tmp_path)


def state_of(import_id: int) -> str:
    with database.reading() as session:
        return session.get_one(Import, import_id).state


def count(import_id: int, *outcomes: str) -> int:
    with database.reading() as session:
        rows = select(func.count()).where(ImportRow.import_id == import_id, ImportRow.outcome.in_(outcomes))
        return session.scalar(rows) or 0


def has_moved(worker: Child, import_id: int, before: int, *left: str) -> bool:
    return count(import_id, *left) < before or worker.exit_code is not None


def work_and_kill(workers: Workers, import_id: int, until: str, *left: str) -> int:
    """Workers one after the other, each killed once a part more is done, until the import is where it goes; how many were killed."""
    kills, wanted = 0, int(os.environ.get("CHANGKE_IMPORT_KILLS", "2"))  # `make soak`: 40 of each
    while state_of(import_id) != until:
        worker, before = workers.start(timedelta(minutes=10 * kills + 1)), count(import_id, *left)
        if kills >= wanted:
            assert worker.wait_for_exit(seconds=600) == 0, worker.log_tail()
            worker.stop()
            break
        wait_until(partial(has_moved, worker, import_id, before, *left), what="a part", seconds=60)
        kills += worker.exit_code is None
        worker.kill()
    assert state_of(import_id) == until
    return kills


def test_an_import_whose_worker_dies_again_and_again_ends_with_the_same_books(shop: Cast, workers: Workers) -> None:
    rows = int(os.environ.get("CHANGKE_IMPORT_ROWS", "1200"))
    with database.transaction() as session:
        imported = commands.upload_import(
            session, "老会员.xlsx", queries.read_file(messy.workbook(rows)), actor=shop.owner, at=clock.now()
        )
        told = {"mapping": imported.mapping, "duplicates": "merge", "order": "month_first"}
        commands.match_import(session, imported.id, told, actor=shop.owner, at=clock.now())
    jobs.work_on_import(imported.id)
    with database.transaction() as session:
        commands.run_import(session, imported.id, actor=shop.owner, at=clock.now())
    kills = work_and_kill(workers, imported.id, "done", "ready")
    assert books() == oracle.books(messy.rows(rows))
    with database.transaction() as session:
        commands.undo_import(session, imported.id, actor=shop.owner, at=clock.now())
    kills += work_and_kill(workers, imported.id, "undone", "created", "changed")
    assert (books(), count(imported.id, "kept")) == ({}, 0)
    with database.reading() as session:
        assert not session.scalar(select(func.count(Member.id)).where(Member.phone.is_not(None)))
    print(f"{kills} workers killed over {rows} rows")
