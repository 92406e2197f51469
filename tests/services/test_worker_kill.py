"""`kill -9` of the worker in the middle of its work, ten times, while the till sells: every sale is told once, none is lost."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.members.models import MemberFacts
from services.messaging.models import Message
from services.orders.models import Order
from services.shared import database, events
from tests.cast import Cast
from tests.conftest import NOON
from tests.kit.processes import Child
from tests.kit.pushservice import PushService, push_service
from tests.kit.shop import CHANGKE, PRIVATE, REPOSITORY
from tests.kit.waiting import wait_until
from tests.pushing import admit, phone, sell
from tests.selling import Till, books_add_up, open_till

AHEAD = 60  # sales that wait for the first worker


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture
def environ(environ: dict[str, str], service: PushService) -> dict[str, str]:
    return admit(environ, service)


@pytest.fixture
def till(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> Till:
    """A till whose process never lives long enough to perform its own reactions: the worker has them all."""
    monkeypatch.setattr(events, "perform_together", lambda _entry_ids: None)
    return open_till(shop)


class Workers:
    """`changke work --until-idle`, as often as wanted."""

    def __init__(self, environ: dict[str, str], folder: Path) -> None:
        self._environ = {name: value for name, value in os.environ.items() if name not in PRIVATE} | environ
        self._log = folder / "work.log"

    def start(self, at: timedelta) -> Child:
        moment = (NOON + at).isoformat()
        command = [str(CHANGKE), "work", "--until-idle", "--at", moment]
        return Child(command, log=self._log, env=self._environ, cwd=REPOSITORY)


@contextmanager
def selling(till: Till) -> Iterator[None]:
    """The till sells on in a thread of its own for the length of the block."""
    closing = threading.Event()

    def go_on() -> None:
        while not closing.wait(0.05):
            sell(till)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        thread.join()


def told() -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Message.id))) or 0


def kill_in_the_middle(worker: Child) -> bool:
    """Let it work a little, then cut the power; False when it had ended by itself."""
    before = told()
    wait_until(lambda: told() >= before + 3 or worker.exit_code is not None, what="some work of the worker", seconds=60)
    alive = worker.exit_code is None
    worker.kill()
    return alive


def test_workers_may_die_at_any_moment(
    till: Till, service: PushService, environ: dict[str, str], tmp_path: Path
) -> None:
    xiaoman, workers, kills = phone(service, till), Workers(environ, tmp_path), 0
    wanted = int(os.environ.get("CHANGKE_KILLS", "10"))  # `make soak`: 2,000
    for _ in range(AHEAD):
        sell(till)
    assert told() == 0
    with selling(till):
        worker = workers.start(timedelta(hours=1))
        while kills < wanted:
            following = workers.start(timedelta(hours=1))  # two at a time, as any number may
            kills += kill_in_the_middle(worker)
            worker = following
        worker.kill()
    last = workers.start(timedelta(hours=2))  # when every lease of the dead is over
    assert last.wait_for_exit(seconds=60) == 0, last.log_tail()
    last.stop()
    with database.reading() as session:
        orders = session.scalars(select(Order.id)).all()
        keys = session.scalars(select(Message.key)).all()
        counted = session.scalar(select(MemberFacts.orders).where(MemberFacts.member_id == till.member.id))
    assert Counter(keys) == Counter(f"order:{order}" for order in orders)
    assert {push["notification"]["tag"] for push in xiaoman.told} == set(keys)
    assert (counted, books_add_up()) == (len(orders), True)
    print(f"{kills} workers killed, {len(orders)} sales, each told once")
