"""Work that the queue carries between processes: Huey, on SQLite by default, on Redis with `REDIS_URL`.

The queue only carries names and ids; the truth is rows in the database, so a job that is lost by a dying worker is found again by
the schedule. Every job is safe to run twice.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from huey import SqliteHuey, crontab
from huey.api import Huey
from huey.serializer import SignedSerializer
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.shared import clock, runtime
from services.shared.config import Config
from services.shared.database import after_commit, reading, transaction
from services.shared.models import Heartbeat

log = logging.getLogger(__name__)

Job = Callable[..., None]
BEAT_EVERY = timedelta(seconds=5)
BEAT_COUNTS = timedelta(seconds=30)


@dataclass(frozen=True)
class Every:
    """When a periodic job runs: every so many minutes, or daily at an `hour` of UTC (20 is 04:00 in China)."""

    minutes: int | None = None
    hour: int | None = None

    @property
    def cron(self) -> Any:
        """Huey's form of it."""
        if self.hour is not None:
            return crontab(minute="0", hour=str(self.hour))
        return crontab(minute=f"*/{self.minutes}")


_jobs: dict[str, Job] = {}
_schedule: tuple[tuple[Every, Job], ...] = ()


def wire(jobs: Sequence[Job], schedule: Mapping[Job, Every]) -> None:
    """Say which jobs exist and when the periodic ones run. Called once, by `services.wiring`."""
    global _schedule  # noqa: PLW0603 (the registry of the process)
    _jobs.clear()
    _jobs.update({_name(job): job for job in (*jobs, *schedule)})
    _schedule = tuple((every, job) for job, every in schedule.items())


def _name(job: Job) -> str:
    return f"{job.__module__.split('.')[1]}.{job.__name__}"


def scheduled() -> tuple[tuple[Every, Job], ...]:
    """The periodic jobs with their times."""
    return _schedule


def make_queue(config: Config) -> Huey:
    """The queue of this shop. SqliteHuey keeps its own file with fsync on."""
    if config.redis_url:
        from huey import RedisHuey
        from redis import ConnectionPool

        # A sale must not wait for a queue that is away: the rows are the truth, the schedule finds them.
        pool = ConnectionPool.from_url(config.redis_url, socket_connect_timeout=2, socket_timeout=5)
        return RedisHuey("changke", connection_pool=pool, results=False, serializer=_signed())
    config.data.mkdir(parents=True, exist_ok=True)
    file = config.data / "queue.db"
    file.touch(mode=0o600)
    return SqliteHuey("changke", filename=str(file), fsync=True, timeout=2, results=False, serializer=_signed())


def _signed() -> SignedSerializer:
    """Huey pickles, and what is unpickled runs: so nothing is read from the queue that this shop did not sign."""
    return SignedSerializer(secret=runtime.keys().sign("queue", b"").hex(), salt="changke")


_queue: Huey | None = None
_run: Any = None


def start_queue(config: Config) -> Huey:
    """Open the queue and register the one task that runs jobs by name."""
    global _queue, _run  # noqa: PLW0603 (the registry of the process)
    _queue = make_queue(config)
    _run = _queue.task(name="run")(run)
    for every, job in _schedule:
        _queue.periodic_task(every.cron, name=f"every:{_name(job)}")(partial(run, _name(job)))
    return _queue


def current_queue() -> Huey:
    """The queue of this process. RuntimeError before `start_queue`."""
    if _queue is None:
        raise RuntimeError("the queue is not started")
    return _queue


def stop_queue() -> None:
    """Close the queue's storage (before a fork: what is open there must not be shared)."""
    if _queue is not None:
        _queue.storage.close()


def run(name: str, *arguments: Any) -> None:
    """Run one job by name; errors are logged, the rows it works on carry the retry."""
    try:
        _jobs[name](*arguments)
    except Exception:
        log.exception("job %s failed", name)


def enqueue(session: Session, job: Job, *arguments: int | str) -> None:
    """Let a worker run `job(*arguments)` after the transaction of `session` commits. Losing it is harmless: the schedule finds the rows."""
    after_commit(session, lambda: _put(_name(job), arguments))


def start(job: Job) -> None:
    """Let a worker run `job` as soon as it can."""
    _put(_name(job), ())


def _put(name: str, arguments: tuple[int | str, ...]) -> None:
    if _run is None:
        return
    try:
        _run(name, *arguments)
    except Exception:
        log.exception("the queue did not take %s; the schedule will find its rows", name)


def queue_is_alive() -> bool:
    """Whether the queue's storage answers."""
    try:
        return _queue is not None and _queue.pending_count() >= 0
    except Exception:
        return False


def beat(name: str, at: datetime) -> None:
    """A worker says that it lives."""
    with transaction() as session:
        insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = insert(Heartbeat).values(name=name, at=at)
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": at}))


def worker_is_alive() -> bool:
    """Whether some worker said so in the last half minute."""
    with reading() as session:
        last = session.get(Heartbeat, "worker")
    return last is not None and clock.now() - last.at < BEAT_COUNTS
