"""One migrated database per test run, one fresh copy of it per test; SQLite, or PostgreSQL with DB=postgresql."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

from services.shared import clock, database, migrations
from tests.cast import Cast, meet, open_shop
from tests.kit.compiled import keep_compiled
from tests.kit.lent import Lender
from tests.kit.postgres import Postgres, temporary_postgres
from webapp import create_app

ENGINE = os.environ.get("DB", "sqlite")
keep_compiled()
gc.set_threshold(
    50_000, 10, 20
)  # every test drops a whole application: looked for as often as by default, a fifth of the time goes there
MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:  # else a tenth of the time is waiting for the disk
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
NOON = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)  # Saturday 14:20 in the shop


def pytest_report_header() -> str:
    """Say which engine this run is about."""
    return f"database: {ENGINE}"


def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores: browsers and databases let a process wait a third of its time."""
    return (os.cpu_count() or 1) + 1


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """What shares a browser and a shop stays in one process; every other test goes wherever there is room.

    The walk over every page takes as long as all journeys together: it has a browser and a shop of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return folder if folder in {"browser", "kit"} and "test_every_page.py" not in nodeid else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """`make test` uses every core. (`--dist loadgroup` groups nothing with pytest 9.2, whose tests have no name that could be changed.)"""
    return Together(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests are collected once: with the SQLite run."""
    if ENGINE == "sqlite":
        return
    browser = [item for item in items if item.get_closest_marker("browser")]
    config.hook.pytest_deselected(items=browser)
    items[:] = [item for item in items if item not in browser]


def pytest_sessionfinish() -> None:
    """pytest collects garbage five times before it ends, for what nobody closed: once is enough for so many objects."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests counted or measured (`record_property`), whichever process they ran in."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


_lenders: list[Lender] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """What a test borrowed comes back once all that it had opened is closed."""
    yield
    for lender in _lenders:
        lender.take_back()


@dataclass
class Template:
    """Two databases to copy from: `empty` is migrated only, `cast` holds the known cast."""

    folder: Path
    server: Postgres | None
    lender: Lender | None = None

    def copy(self, name: str, data: Path) -> dict[str, str]:
        """The environment of a fresh copy of the template `name`, with `data` as its data folder."""
        shutil.copytree(self.folder / name, data)
        environ = {"DATA": str(data), "CHANGKE_TEST_CLOCK": "1"}
        if self.lender is not None:
            environ["DATABASE_URL"] = self.lender.lend(f"template_{name}")
        return environ

    def nothing(self, data: Path) -> dict[str, str]:
        """The environment of a shop whose database has no table yet."""
        environ = {"DATA": str(data), "CHANGKE_TEST_CLOCK": "1"}
        if self.server is not None:
            environ["DATABASE_URL"] = self.server.create_database()
        return environ


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The databases that every test copies from; made once, by migrating."""
    with ExitStack() as stack:
        server = stack.enter_context(temporary_postgres()) if ENGINE == "postgresql" else None
        made = Template(tmp_path_factory.mktemp("template"), server)
        for name in ("empty", "cast"):
            environ = {"DATA": str(made.folder / name), "CHANGKE_TEST_CLOCK": "1"}
            if server is not None:
                environ["DATABASE_URL"] = server.create_database(name=f"template_{name}")
            create_app(environ)
            migrations.upgrade()
            if name == "cast":
                open_shop(NOON)
            database.close()
        if server is not None:
            made.lender = Lender(server)
            _lenders.append(made.lender)
        yield made
        _lenders.clear()


@pytest.fixture
def environ(template: Template, tmp_path: Path) -> dict[str, str]:
    """The environment of one test's own shop."""
    return template.copy("cast", tmp_path / "data")


@pytest.fixture
def app(environ: dict[str, str]) -> Iterator[Flask]:
    """The application of one test's own shop, standing at NOON."""
    with clock.stand_at(NOON):
        yield create_app(environ)
    database.close()


@pytest.fixture
def empty_app(template: Template, tmp_path: Path) -> Iterator[Flask]:
    """The application on a migrated database in which nothing is set up."""
    with clock.stand_at(NOON):
        yield create_app(template.copy("empty", tmp_path / "data"))
    database.close()


@pytest.fixture
def shop(app: Flask) -> Cast:
    """The known cast: one shop, two stores, four roles (tests/cast.py)."""
    return meet(app, NOON)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A writing transaction for tests of commands."""
    with database.transaction() as open_session:
        yield open_session


@pytest.fixture
def now() -> datetime:
    """The moment the tests stand on."""
    return NOON
