"""The database when others hold it, or when it was away."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from services.shared import database, runtime
from services.shared.refusals import Unavailable
from services.stores.models import Store
from tests.cast import Cast
from tests.conftest import ENGINE


def test_a_writer_does_not_wait_without_end(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """On both engines a row that somebody keeps is a refusal (503) after a while, and free afterwards."""
    assert database.LOCK_TIMEOUT == 10
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 0.1)
    taken, done = Event(), Event()
    row = select(Store).where(Store.id == shop.east.id).with_for_update()

    def keep() -> None:
        with database.transaction() as session:
            session.execute(row)
            taken.set()
            done.wait(30)

    with ThreadPoolExecutor(1) as another:
        kept = another.submit(keep)
        assert taken.wait(30)
        try:
            with pytest.raises(Unavailable):
                _wait_a_little_for(row)
        finally:
            done.set()
        kept.result()
    with database.transaction() as session:
        session.execute(row)


def _wait_a_little_for(row: Any) -> None:
    with database.transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            assert session.scalar(text("SHOW lock_timeout")) == "10s"
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        session.execute(row)


def test_a_server_that_was_restarted_costs_an_idle_shop_no_answer(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that lay idle is tried before it is used; one that was cut in use costs one 503, and the next one works."""
    monkeypatch.setattr(database, "IDLE", 0.0)
    _cut_connections()
    assert database.is_alive()
    monkeypatch.setattr(database, "IDLE", 3600.0)
    _cut_connections()
    cut = ENGINE == "postgresql"
    assert [database.is_alive(), database.is_alive(), database.is_alive()] == [not cut, True, True]
    assert shop.east.id


def _cut_connections() -> None:
    """End every other connection that the server has with this shop; SQLite has no server."""
    if ENGINE == "sqlite":
        return
    with database.reading() as used:  # its connection is in the pool afterwards
        used.execute(text("SELECT 1"))
    with psycopg.connect(runtime.current().engine.url.render_as_string(False).replace("+psycopg", "")) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
