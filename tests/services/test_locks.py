"""A writer that has to wait too long for another one is told to try again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, text

from services.shared import database
from services.shared.refusals import Unavailable
from services.stores.models import Store
from tests.cast import Cast


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
