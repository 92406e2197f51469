"""`changke work`: a worker that is told to stop finishes, one that is killed leaves nothing behind, and any queue carries it."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from services.shared import clock, database, events, jobs, runtime
from services.stores.queries import is_set_up
from tests.cast import Cast
from tests.conftest import NOON
from tests.kit.processes import Child
from tests.kit.pushservice import PushService, push_service
from tests.kit.redis import temporary_redis
from tests.kit.shop import CHANGKE, PRIVATE, REPOSITORY
from tests.pushing import admit, messages, phone, sell
from tests.selling import open_till
from webapp.cli import main


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture(params=["sqlite", "redis"])
def environ(environ: dict[str, str], service: PushService, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """A shop whose queue is a file, and one whose queue is Redis."""
    if request.param == "sqlite":
        yield admit(environ, service)
        return
    with temporary_redis() as url:
        yield admit(environ, service) | {"REDIS_URL": url}


def start(environ: dict[str, str], folder: Path, *options: str) -> Child:
    surroundings = {name: value for name, value in os.environ.items() if name not in PRIVATE} | environ
    return Child([str(CHANGKE), "work", *options], log=folder / "work.log", env=surroundings, cwd=REPOSITORY)


@pytest.fixture
def worker(shop: Cast, environ: dict[str, str], tmp_path: Path) -> Iterator[Child]:
    """A worker of this shop, on the present, as `make serve` runs it."""
    child = start(environ, tmp_path)
    try:
        with clock.stand_at(clock.outside()):  # the worker lives in the present, so do we
            child.wait_for(jobs.worker_is_alive, what="the worker's heartbeat")
            yield child
    finally:
        child.stop()


def test_a_sale_is_pushed_by_the_worker_at_once(shop: Cast, worker: Child, service: PushService) -> None:
    till = open_till(replace(shop, at=clock.now()))
    xiaoman = phone(service, till)
    sell(till)
    service.wait_for(1, seconds=5)  # the schedule would take up to a minute
    assert xiaoman.told[0]["notification"]["title"] == "消费 ¥22.00"
    assert len(messages()) == 1


@pytest.mark.parametrize("environ", ["sqlite"], indirect=True)
def test_what_a_dead_worker_left_goes_on_as_soon_as_the_next_one_starts(
    shop: Cast, environ: dict[str, str], service: PushService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "perform_together", lambda _entry_ids: None)
    with clock.stand_at(clock.outside() - timedelta(seconds=30)):
        till = open_till(replace(shop, at=clock.now()))
        phone(service, till)
        sell(replace(till, browser=till.shop.browser("cashier")))
    assert messages() == []
    child = start(environ, tmp_path, "--no-schedule")  # so that nothing but the start can have found it
    try:
        service.wait_for(1, seconds=30)
    finally:
        child.stop()
    assert len(messages()) == 1


def test_a_worker_that_is_told_to_stop_ends_well(worker: Child) -> None:
    os.kill(worker.pid, signal.SIGTERM)
    assert worker.wait_for_exit(seconds=60) == 0


def run(environ: dict[str, str], *arguments: str, **more: str) -> Any:
    """The command in this process; what it opened is closed, and the test's own shop stands as before."""
    clean, ours = dict.fromkeys(PRIVATE), runtime.current()
    try:
        return CliRunner().invoke(main, arguments, env={**clean, **environ, **more})
    finally:
        if runtime.current() is not ours:
            database.close()
            runtime.start(ours)


@pytest.mark.parametrize("environ", ["sqlite"], indirect=True)
def test_until_idle_does_what_is_due_and_says_so(shop: Cast, environ: dict[str, str], service: PushService) -> None:
    till = open_till(shop)
    phone(service, till)
    sell(till)
    with clock.stand_at(NOON):
        done = run(environ, "work", "--until-idle")
        again = run(environ, "work", "--until-idle")
    assert (done.exit_code, again.exit_code) == (0, 0), done.output
    assert "1 pushes sent" in done.output
    assert "0 reactions performed, 0 pushes sent, 0 put off" in again.output
    with database.reading() as session:
        assert is_set_up(session)


@pytest.mark.parametrize("environ", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "more", "words"),
    [
        (
            ("--until-idle", "--at", "2026-12-01T09:00:00+08:00"),
            {"CHANGKE_TEST_CLOCK": "0"},
            "needs CHANGKE_TEST_CLOCK=1",
        ),
        (("--until-idle", "--at", "tomorrow"), {}, "write it like 2026-11-22T09:30:00+08:00"),
        (("--until-idle", "--at", "2026-12-01T09:00:00"), {}, "the offset is missing"),
        (("--at", "2026-12-01T09:00:00+08:00"), {}, "goes with --until-idle"),
    ],
)
def test_standing_on_another_day_is_for_tests(
    shop: Cast, environ: dict[str, str], arguments: tuple[str, ...], more: dict[str, str], words: str
) -> None:
    answer = run(environ, "work", *arguments, **more)
    assert (answer.exit_code, words in answer.output) == (2, True), answer.output
