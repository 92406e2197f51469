"""The floor of a checkout: the rows that one sale of a member writes, by bare SQL in one transaction, as fast as the driver goes.

Same tables, same indexes, same durability as the product; no rules, no sign-in, no JSON to speak of. One sale: the idempotency key
and its answer, the number's counter, the points account and its entry, the order, three lines, a tender, the audit line, two outbox
rows (done), the member's facts and the inbox message.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any, Protocol
from uuid import uuid4

import psycopg

DAY = datetime.now(UTC).date()
ANSWER = json.dumps({"sealed": "x" * 1400, "headers": {"Content-Type": "application/json"}})
PAYLOAD = json.dumps({"order_id": 1, "number": "F1-0101-0001", "store_id": 1, "member_id": 1, "paid": 8600})

MAC = bytes(16)
CLAIM = (
    "INSERT INTO idempotency_keys (scope, key, body_hash, status, answer, created_at) "
    "VALUES ('floor', :key, 'x', 0, '{}', :at) ON CONFLICT DO NOTHING RETURNING key"
)
NUMBER = (
    "INSERT INTO order_counters (store_id, day, last) VALUES (:store, :day, 1) "
    "ON CONFLICT (store_id, day) DO UPDATE SET last = order_counters.last + 1 RETURNING last"
)
POINTS = (
    "UPDATE points_accounts SET balance = balance + 8, sequence = sequence + 1 WHERE member_id = :member "
    "RETURNING balance, sequence"
)
ORDER = (
    "INSERT INTO orders (number, receipt_code, store_id, day, sequence, member_id, state, origin, note, list_total, due, paid, "
    "change, points_earned, points_before, points_after, points_spent, refunded, flags, completed_at) "
    "VALUES (:number, :key, :store, :day, :sequence, :member, "
    "'paid', 'bench', '', 8600, 8600, 8600, 0, 8, :before, :after, 0, 0, '[]', :at) RETURNING id"
)
LINE = (
    "INSERT INTO order_lines (order_id, position, product_id, name, options, quantity, list_price, amount, note) "
    "VALUES (:order, :position, :product, 'line', '{}', 1, :price, :price, '')"
)
TENDER = "INSERT INTO tenders (order_id, kind, amount) VALUES (:order, 'wechat', 8600)"
ENTRY = (
    "INSERT INTO points_entries (member_id, sequence, kind, amount, balance_after, key, order_id, note, actor_kind, at, mac) "
    "VALUES (:member, :turn, 'earn', 8, :after, :key, :order, '', 'system', :at, :mac)"
)
LOT = 'INSERT INTO points_lots (member_id, order_id, amount, "left", created_at) VALUES (:member, :order, 8, 8, :at) RETURNING id'
LOT_MOVE = "INSERT INTO points_lot_moves (entry_key, lot_id, amount) VALUES (:key, :lot, 8)"
AUDIT = (
    "INSERT INTO audit_entries (at, action, actor_kind, actor_name, origin, store_id, subject_kind, subject_id, changes) "
    "VALUES (:at, 'orders:create', 'system', 'floor', '', :store, 'order', :order, :payload)"
)
OUTBOX = (
    "INSERT INTO outbox (event, reaction, payload, depth, created_at, available_at, attempts, done_at) "
    "VALUES ('OrderCompleted', :reaction, :payload, 1, :at, :at, 1, :at)"
)
FACTS = (
    "UPDATE member_facts SET orders = orders + 1, spent = spent + 8600, last_order_at = :at WHERE member_id = :member"
)
MESSAGE = (
    "INSERT INTO messages (member_id, key, category, title, body, path, push_title, push_body, created_at) "
    "VALUES (:member, :key, 'service', 'title', 'body', '/member/orders', 'shop', 'receipt', :at)"
)
ANSWERED = "UPDATE idempotency_keys SET status = 201, answer = :answer WHERE scope = 'floor' AND key = :key"


@dataclass(frozen=True)
class Books:
    """What a floor sells: at which store, to which members, three products."""

    store: int
    members: tuple[int, ...]
    products: tuple[int, int, int]


class Connection(Protocol):
    """The part of both drivers that the floor uses."""

    def one(self, statement: str, values: Mapping[str, Any]) -> Any: ...
    def many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None: ...


def sell(connection: Connection, books: Books, place: int) -> None:
    """One sale, inside the transaction that the caller opened."""
    at, key, member = datetime.now(UTC), uuid4().hex, books.members[place % len(books.members)]
    given: dict[str, Any] = {
        "at": at,
        "key": key,
        "store": books.store,
        "day": DAY,
        "member": member,
        "payload": PAYLOAD,
    }
    connection.one(CLAIM, given)
    after, turn = connection.one(POINTS, given)
    sequence = connection.one(NUMBER, given)[0]
    number = f"F1-{DAY:%m%d}-{sequence:04d}"
    order = connection.one(
        ORDER, given | {"number": number, "sequence": sequence, "before": after - 8, "after": after}
    )[0]
    given |= {"order": order, "after": after, "answer": ANSWER, "turn": turn, "mac": MAC}
    lines = zip(books.products, (3200, 3200, 2200), strict=True)
    connection.many(
        LINE,
        [
            {"order": order, "position": n, "product": product, "price": price}
            for n, (product, price) in enumerate(lines)
        ],
    )
    connection.many(TENDER, [given])
    connection.many(ENTRY, [given])
    connection.many(LOT_MOVE, [given | {"lot": connection.one(LOT, given)[0]}])
    connection.many(AUDIT, [given])
    connection.many(OUTBOX, [given | {"reaction": "checkout.keep_facts"}, given | {"reaction": "checkout.tell_member"}])
    connection.many(FACTS, [given])
    connection.many(MESSAGE, [given])
    connection.many(ANSWERED, [given])


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
        return self.cursor.execute(_percent(statement), values).fetchone()

    def many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if len(rows) == 1:
            self.cursor.execute(_percent(statement), rows[0])
        else:
            self.cursor.executemany(_percent(statement), rows)

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
    share = len(books.members) // writers
    processes = [
        context.Process(
            target=_write,
            args=(
                url,
                Books(books.store, books.members[n * share : (n + 1) * share], books.products),
                seconds,
                ready,
                results,
            ),
        )
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
        if isinstance(value, (int, str))
        else value.isoformat(" ").removesuffix("+00:00")
        if isinstance(value, datetime)
        else str(value)
        for name, value in values.items()
    }


_translated: dict[str, str] = {}


def _percent(statement: str) -> str:
    if statement not in _translated:
        _translated[statement] = re.sub(r"(?<![a-z]):([a-z]+)", r"%(\1)s", statement)
    return _translated[statement]
