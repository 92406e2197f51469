"""PostgreSQL databases that tests borrow one after the other.

A database of ours is more than a thousand files: making and removing one takes half a second, many times what most tests take. So what a
test wrote is put back as it was in the template, row by row: every table that holds anything now, or did then, and every sequence. A
database whose tables are no longer the same, or that has grown large, is dropped; the next test gets a fresh copy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from tests.kit.postgres import Postgres

LARGE = 8 * 2**20  # bytes that a database may grow by before it is dropped
_SHAPE = """
SELECT (SELECT array_agg((c.oid, c.relname)::text ORDER BY c.oid) FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace)::text,
       (SELECT array_agg((attrelid, attnum, attname, atttypid, attnotnull)::text ORDER BY attrelid, attnum) FROM pg_attribute
        JOIN pg_class c ON c.oid = attrelid WHERE c.relnamespace = 'public'::regnamespace)::text,
       (SELECT array_agg(oid ORDER BY oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace)::text,
       (SELECT array_agg(oid ORDER BY oid) FROM pg_trigger)::text,
       (SELECT array_agg(oid ORDER BY oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)::text
"""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_SEQUENCES = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
_Sequences = dict[str, tuple[int, int | None]]


@dataclass(frozen=True)
class Kept:
    """What a fresh database is like: its tables, the rows of those that have any, where its sequences stand, its size."""

    shape: Any
    tables: tuple[str, ...]
    rows: dict[str, bytes]
    sequences: _Sequences
    size: int


@dataclass
class Lender:
    """Lends databases of a server, each a copy of a template."""

    server: Postgres
    _free: dict[str, list[tuple[str, Kept]]] = field(default_factory=dict)
    _lent: list[tuple[str, str, Kept]] = field(default_factory=list)

    def lend(self, template: str) -> str:
        """The URL of a database that is as `template` was, until `take_back`."""
        free = self._free.setdefault(template, [])
        if not free:
            url = self.server.create_database(template=template)
            with self._connected(url) as connection:
                free.append((url, _kept(connection)))
        url, kept = free.pop()
        self._lent.append((template, url, kept))
        return url

    def take_back(self) -> None:
        """The test is over: everything that was lent is as it was."""
        while self._lent:
            template, url, kept = self._lent.pop()
            with self._connected(url) as connection:
                same = _put_back(connection, kept)
            if same:
                self._free[template].append((url, kept))
            else:
                self.server.drop_database(url)

    @contextmanager
    def _connected(self, url: str) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:")) as connection:
            yield connection


def _kept(connection: psycopg.Connection[Any]) -> Kept:
    tables = tuple(name for (name,) in connection.execute(_TABLES))
    rows = {name: _copied(connection, name) for name in _filled(connection, tables)}
    return Kept(_shape(connection), tables, rows, _sequences(connection), _size(connection))


def _put_back(connection: psycopg.Connection[Any], kept: Kept) -> bool:
    """Make a database what it was; False where that takes more than its rows."""
    connection.execute(_OTHERS)
    if _shape(connection) != kept.shape or _size(connection) > kept.size + LARGE:
        return False
    connection.execute("SET LOCAL session_replication_role = replica")  # rows come and go in any order
    for name in {*_filled(connection, kept.tables), *kept.rows}:
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
    for name, rows in kept.rows.items():
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
            copy.write(rows)
    for name, (_start, last) in _sequences(connection).items():
        start, then = kept.sequences[name]
        if last != then:
            stands = (sql.Identifier(name).as_string(connection), then or start, then is not None)
            connection.execute("SELECT setval(%s, %s, %s)", stands)
    return True


def _shape(connection: psycopg.Connection[Any]) -> Any:
    return connection.execute(_SHAPE).fetchone()


def _size(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


def _filled(connection: psycopg.Connection[Any], tables: tuple[str, ...]) -> list[str]:
    """The tables that have any row."""
    one = "SELECT {literal} WHERE EXISTS (SELECT 1 FROM {name})"
    asked = [sql.SQL(one).format(literal=sql.Literal(name), name=sql.Identifier(name)) for name in tables]
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(asked))]


def _copied(connection: psycopg.Connection[Any], name: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
        return b"".join(bytes(part) for part in copy)


def _sequences(connection: psycopg.Connection[Any]) -> _Sequences:
    return {name: (start, last) for name, start, last in connection.execute(_SEQUENCES)}
