"""The database: one declarative base, two ways in (`transaction`, `reading`), nothing else commits.

SQLite runs in WAL mode with `synchronous=FULL`; writers begin IMMEDIATE behind one in-process lock, readers DEFERRED, so that
no lock is upgraded half-way (stack.md, *Database hooks*). PostgreSQL needs none of that and gets the same calls.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, Connection, DateTime, Dialect, Engine, Integer, MetaData, event, text
from sqlalchemy.exc import IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction
from sqlalchemy.orm import registry as orm_registry
from sqlalchemy.types import TypeDecorator

from services.shared import runtime
from services.shared.refusals import Clash, Unavailable

_UNIQUE = "23505"  # PostgreSQL's code for a broken unique constraint; SQLite says it in words
LOCK_TIMEOUT = 10.0  # seconds a writer queues before it is told to try again
GIVEN_WAY = 0.04  # seconds that a long work leaves to others
PREPARED = 500  # statements that a connection to a server keeps ready
IDLE = 1.0  # seconds after which a connection to a server may have been cut unnoticed


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; kept as UTC by every engine, always read back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; SQLite stores the UTC wall clock."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_TYPES: dict[Any, Any] = {
    datetime: UtcDateTime(),
    dict[str, Any]: JSON(),
    list[str]: JSON(),
    list[int]: JSON(),
    list[Any]: JSON(),
    # 64 bits everywhere; SQLite only counts keys in plain INTEGER.
    int: BigInteger().with_variant(Integer(), "sqlite"),
}


class Base(DeclarativeBase):
    """Base of all tables: constraints have fixed names, so that migrations can speak of them."""

    registry = orm_registry(metadata=MetaData(naming_convention=_NAMES), type_annotation_map=_TYPES)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

_writing = threading.Lock()
_open = threading.local()


class OurSession(Session):
    """A session that finds its connection once: asking each time costs a sale as much as three statements."""

    _found: Connection | None = None

    def connection(self, *arguments: Any, **named: Any) -> Connection:
        """The connection of the open transaction."""
        if self._found is None or self._found.closed or arguments or named:
            self._found = super().connection(*arguments, **named)
        return self._found

    def begin_nested(self) -> SessionTransaction:
        """A savepoint, set at the next statement: the session has to be asked for its connection once more to set it."""
        self._found = None
        return super().begin_nested()


def prepare(engine: Engine) -> None:
    """Install the hooks that make an engine safe for us. Call once per engine."""
    if engine.dialect.name == "postgresql":
        _sums_are_whole(engine)
        _keep_prepared(engine)
        _try_what_lay_idle(engine)
    if engine.dialect.name != "sqlite":
        return
    with contextlib.suppress(OSError):  # where it cannot be made, opening it says why
        Path(engine.url.database or "").touch(mode=0o600)  # what SQLite puts beside it is as closed

    @event.listens_for(engine, "connect")
    def connect(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None
        # secure_delete: what is erased is overwritten in the file (Debian's SQLite does so anyway)
        for pragma in (
            "journal_mode=WAL",
            "busy_timeout=8000",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            dbapi.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN " + connection.get_execution_options().get("sqlite_begin", "IMMEDIATE"))


def _sums_are_whole(engine: Engine) -> None:
    """PostgreSQL's sum of 64-bit integers is a `numeric`, which would arrive as Decimal; there is nothing else of that type here."""
    from psycopg.adapt import Loader

    class Whole(Loader):
        def load(self, data: Any) -> int:
            return int(bytes(data))

    @event.listens_for(engine, "connect")
    def connect(dbapi: Any, _record: object) -> None:
        dbapi.adapters.register_loader("numeric", Whole)


def _keep_prepared(engine: Engine) -> None:
    """Room for every statement of a busy day: a sale alone has half of psycopg's hundred, and what is pushed out is prepared anew."""

    @event.listens_for(engine, "connect")
    def connect(dbapi: Any, _record: object) -> None:
        dbapi.prepared_max = PREPARED


def _try_what_lay_idle(engine: Engine) -> None:
    """Ask a connection that nobody used for a while whether it still lives: a restarted server costs nobody an answer, and a busy shop
    no question per transaction."""

    @event.listens_for(engine, "checkin")
    def checkin(_dbapi: Any, record: Any) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def checkout(dbapi: Any, record: Any, _proxy: object) -> None:
        since = record.info.get("since")
        if since is None or time.monotonic() - since < IDLE:
            return
        try:
            engine.dialect.do_ping(dbapi)
        except Exception as gone:
            raise InvalidatePoolError from gone  # the pool opens another one, and drops those that are as old


@contextlib.contextmanager
def _write_turn(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite":
        yield
        return
    if not _writing.acquire(timeout=LOCK_TIMEOUT):
        raise Unavailable
    try:
        yield
    finally:
        _writing.release()


@contextlib.contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction: committed when the block ends, rolled back when it raises.

    What `announce` and `after_commit` noted inside is performed after the commit, outside every lock.
    Raises Unavailable when the database is locked or gone, Clash when somebody else took what must be unique (a user name,
    a bar code) between our look and our write.
    """
    engine = runtime.current().engine
    if getattr(_open, "transaction", False):
        raise RuntimeError("a transaction is already open here: pass its session on")
    with (
        _unavailable_when_down(),
        _clash_when_taken(),
        _write_turn(engine),
        OurSession(engine, expire_on_commit=False) as session,
    ):
        _open.transaction = True
        try:
            yield session
            session.commit()
        finally:
            _open.transaction = False
    for follow_up in session.info.pop("after_commit", []):
        follow_up()


def give_way() -> None:
    """Between two transactions of a long work: on SQLite writers of other processes look every now and then whether it is their turn, and
    never find it while one follows the other."""
    if runtime.current().engine.dialect.name == "sqlite":
        time.sleep(GIVEN_WAY)


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """A read-only look: one consistent snapshot, never blocked by a writer, never committed.

    `session.info["kept"]` may keep what was read once: nothing changes in a snapshot.
    """
    engine = runtime.current().reading_engine
    with _unavailable_when_down(), OurSession(engine, expire_on_commit=False, autoflush=False) as session:
        session.info["kept"] = {}
        yield session


@contextlib.contextmanager
def _unavailable_when_down() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolExhausted) as error:
        raise Unavailable from error


@contextlib.contextmanager
def _clash_when_taken() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == _UNIQUE or "UNIQUE" in str(error.orig):
            raise Clash from error
        raise


def after_commit(session: Session, follow_up: Any) -> None:
    """Call `follow_up()` once the transaction of `session` has been committed; never when it is rolled back."""
    session.info.setdefault("after_commit", []).append(follow_up)


def shorten_log() -> None:
    """SQLite: put what the log holds into the database file and empty it, so that nothing erased stays in it. Whoever reads is not kept
    waiting: then the log is emptied another time."""
    engine = runtime.current().engine
    if engine.dialect.name != "sqlite":
        return
    with contextlib.closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=200")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            cursor.execute("PRAGMA busy_timeout=8000")


def is_alive() -> bool:
    """Whether the database answers."""
    try:
        with reading() as session:
            return session.execute(text("SELECT 1")).scalar() == 1
    except Unavailable:
        return False


def close() -> None:
    """Close every connection of this process (before a fork, after a test)."""
    runtime.current().engine.dispose()
