"""The floor of a checkout: bare SQL in one transaction, as fast as the driver goes (floor_sale.py has the statements).

Same tables, same indexes, same durability as the product; no rules, no sign-in, no JSON to speak of.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import psycopg

from tests.bench.floor_sale import Books, sell


class Sqlite:
    """sqlite3, WAL, synchronous=FULL: one writer."""

    def __init__(self, path: str) -> None:
        self.raw = sqlite3.connect(path, isolation_level=None, cached_statements=64)
        for pragma in ("journal_mode=WAL", "busy_timeout=8000", "synchronous=FULL", "foreign_keys=ON"):
            self.raw.execute("PRAGMA " + pragma)

    def one(self, statement: str, values: Mapping[str, Any]) -> Any:
        return self.raw.execute(statement, _plain(values)).fetchone()

    def many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        self.raw.executemany(statement, [_plain(row) for row in rows])

    def transaction(self, work: Callable[[], None]) -> None:
        self.raw.execute("BEGIN IMMEDIATE")
        work()
        self.raw.execute("COMMIT")


class Psycopg:
    """psycopg with prepared statements."""

    def __init__(self, url: str) -> None:
        self.raw = psycopg.connect(url.replace("+psycopg", ""), prepare_threshold=0)
        self.cursor = self.raw.cursor()

    def one(self, statement: str, values: Mapping[str, Any]) -> Any:
        return self.cursor.execute(in_percent(statement), values).fetchone()

    def many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if len(rows) == 1:
            self.cursor.execute(in_percent(statement), rows[0])
        else:
            self.cursor.executemany(in_percent(statement), rows)

    def transaction(self, work: Callable[[], None]) -> None:
        work()
        self.raw.commit()


def run_sqlite(path: str, books: Books, seconds: float) -> float:
    """Sales per second of one writer."""
    connection, sold = Sqlite(path), 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.transaction(lambda place=sold: sell(connection, books, place))  # type: ignore[misc]
        sold += 1
    rate = sold / (time.perf_counter() - started)
    connection.raw.close()
    return rate


def run_postgres(url: str, books: Books, seconds: float, writers: int = 8) -> float:
    """Sales per second of several writers, each a process of its own with members of its own."""
    context = get_context("spawn")
    ready, results = context.Barrier(writers), context.Queue()
    processes = [
        context.Process(target=_write, args=(url, books.share(n, writers), seconds, ready, results))
        for n in range(writers)
    ]
    for process in processes:
        process.start()
    rates = [results.get(timeout=seconds + 60) for _ in processes]
    for process in processes:
        process.join()
    broken = [rate for rate in rates if isinstance(rate, str)]
    if broken:
        raise RuntimeError(f"the floor broke: {broken[0]}")
    return float(sum(rates))


def _write(url: str, books: Books, seconds: float, ready: Any, results: Any) -> None:
    connection, sold = Psycopg(url), 0
    ready.wait()
    started = time.perf_counter()
    try:
        while time.perf_counter() - started < seconds:
            connection.transaction(lambda place=sold: sell(connection, books, place))  # type: ignore[misc]
            sold += 1
    except psycopg.Error as error:
        results.put(str(error))
    else:
        results.put(sold / (time.perf_counter() - started))
    connection.raw.close()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        if value is None or isinstance(value, (int, str, bytes))
        else value.isoformat(" ").removesuffix("+00:00")
        if isinstance(value, datetime)
        else str(value)
        for name, value in values.items()
    }


_translated: dict[str, str] = {}


def in_percent(statement: str) -> str:
    """The statement as psycopg wants it."""
    if statement not in _translated:
        _translated[statement] = re.sub(r"(?<![a-z]):([a-z]+)", r"%(\1)s", statement)
    return _translated[statement]
