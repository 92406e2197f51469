"""`kill -9` of the worker in the middle of an export: the next one leaves a whole file, and nothing of the first is left."""

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from services.exports import files
from services.exports.models import Export
from services.members.models import Member, MemberFacts
from services.shared import database
from tests.cast import Cast
from tests.conftest import NOON
from tests.exporting import ask, take
from tests.kit.processes import Child
from tests.kit.shop import CHANGKE, PRIVATE, REPOSITORY
from tests.kit.waiting import wait_until

PEOPLE = 30_000


def crowd(shop: Cast) -> None:
    """So many members that their file takes a while."""
    numbers = range(1, PEOPLE + 1)
    people = [
        {"id": each, "number": f"1{each:09}", "name": f"客人{each}", "source": "walk_in", "joined_at": shop.at}
        for each in numbers
    ]
    with database.transaction() as session:
        session.execute(insert(Member), people)
        session.execute(insert(MemberFacts), [{"member_id": each} for each in numbers])


def export() -> Export:
    with database.reading() as session:
        return session.scalars(select(Export)).one()


def worker(environ: dict[str, str], folder: Path, at: timedelta) -> Child:
    command = [str(CHANGKE), "work", "--until-idle", "--at", (NOON + at).isoformat()]
    known = {name: value for name, value in os.environ.items() if name not in PRIVATE} | environ
    return Child(command, log=folder / "work.log", env=known, cwd=REPOSITORY)


def test_the_next_worker_leaves_a_whole_file(shop: Cast, environ: dict[str, str], tmp_path: Path) -> None:
    crowd(shop)
    environ |= {"CHANGKE_TEST_CLOCK": "1"}
    owner = shop.browser("owner")
    assert ask(owner, "members", format="csv", columns=["number", "name", "orders"]).status_code == 202
    first = worker(environ, tmp_path, timedelta())
    wait_until(lambda: export().rows > 1000, what="some rows", seconds=120)
    first.kill()
    died = export()
    assert died.state == "working"
    assert 1000 < died.rows < PEOPLE
    second = worker(environ, tmp_path, timedelta(minutes=2))
    assert second.wait_for_exit(seconds=240) == 0
    second.stop()
    assert (export().state, export().rows, export().attempts) == ("ready", PEOPLE, 2)
    head, *lines = take(owner, "1").data.decode("utf-8-sig").splitlines()
    assert head == "会员编号,姓名,消费次数"
    assert lines == [f"1{each:09},客人{each},0" for each in range(PEOPLE, 0, -1)]
    assert [each.name for each in files.folder().iterdir()] == [export().file]
