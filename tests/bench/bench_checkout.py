"""HTTP checkouts per second of the real server beside the floor (checkout_floor.py), in alternating rounds of one run.

Everything is on: token, permission, flood limit, price engine, signed quote, idempotency, audit, outbox, facts, inbox message, and the
worker beside it. Eight clients post orders of three lines for members; the floor writes the same rows. Rows 1 and 2 of the figures
to reach: the ratio counts, never a rate alone.
"""

import argparse
import http.client
import json
import os
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from tests.bench import checkout_floor as floor
from tests.kit.postgres import temporary_postgres
from tests.kit.shop import Shop

CLIENTS = 8
MEMBERS = 200


@dataclass
class Client:
    """One till: a kept-open connection and an address of its own (the flood limit counts addresses)."""

    origin: str
    token: str
    number: int = 0
    sent: int = 0
    latencies: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts = urlsplit(self.origin)
        self.http = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)

    def post(self, path: str, sent: Any) -> Any:
        """POST under a fresh key; anything but success ends the bench."""
        self.sent += 1
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid4().hex,
            "X-Forwarded-For": f"10.{self.number}.{self.sent // 200 % 256}.{self.sent % 200}",
        }
        self.http.request("POST", path, json.dumps(sent), headers)
        answer = self.http.getresponse()
        text = answer.read()
        if answer.status not in {200, 201}:
            raise RuntimeError(f"POST {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)

    def sell(self, quotes: list[Any], until: float) -> None:
        """Pay quotes in turn until the time is over."""
        while (started := time.perf_counter()) < until:
            quote = quotes[self.sent % len(quotes)]
            sent = {"quote": quote["id"], "tenders": [{"kind": "wechat", "amount": quote["due"]}]}
            self.post("/api/v1/orders", sent)
            self.latencies.append(time.perf_counter() - started)


@dataclass(frozen=True)
class Bench:
    """A shop under load: ids of what it sells, and its database for the floor."""

    origin: str
    token: str
    database_url: str
    store: str
    members: tuple[str, ...]
    products: tuple[str, ...]
    books: floor.Books

    def quotes(self, number: int) -> list[Any]:
        """A quote per member of this client."""
        share = len(self.members) // CLIENTS
        client = Client(self.origin, self.token, number + 100)
        lines = [{"product": product, "quantity": 1} for product in self.products]
        mine = self.members[number * share : (number + 1) * share]
        found = [
            client.post("/api/v1/quotes", {"store": self.store, "member": member, "lines": lines}) for member in mine
        ]
        client.http.close()
        return found

    def run_product(self, seconds: float) -> tuple[float, list[float]]:
        """Orders per second over HTTP, and each order's seconds."""
        clients = [Client(self.origin, self.token, number) for number in range(CLIENTS)]
        quotes = [self.quotes(number) for number in range(CLIENTS)]
        failures: list[BaseException] = []

        def work(client: Client) -> None:
            try:
                client.sell(quotes[client.number], until)
            except BaseException as error:
                failures.append(error)

        started = time.perf_counter()
        until = started + seconds
        threads = [threading.Thread(target=work, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - started
        for client in clients:
            client.http.close()
        if failures:
            raise failures[0]
        latencies = [each for client in clients for each in client.latencies]
        return len(latencies) / took, latencies

    def run_floor(self, seconds: float) -> float:
        """Sales per second of the floor."""
        if self.database_url.startswith("sqlite"):
            return floor.run_sqlite(self.database_url.removeprefix("sqlite:///"), self.books, seconds)
        return floor.run_postgres(self.database_url, self.books, seconds, CLIENTS)


@contextmanager
def opened(engine: str, folder: Path) -> Iterator[Bench]:
    """A shop on `engine` with members and products, its server and worker running."""
    if engine == "sqlite":
        with _shop(folder, f"sqlite:///{folder / 'var' / 'changke.db'}") as bench:
            yield bench
    else:
        with temporary_postgres(durable=True) as server, _shop(folder, server.create_database()) as bench:
            yield bench


@contextmanager
def _shop(folder: Path, database_url: str) -> Iterator[Bench]:
    environ = {"DEMO": "0", "TRUSTED_PROXIES": "1"}
    if not database_url.startswith("sqlite"):
        environ |= {"DATABASE_URL": database_url, "WEB_PROCESSES": "2"}
    shop = Shop(folder, environ)
    shop.run("setup", "--shop", "Bench", "--owner", "owner", "--password-stdin", typed="bench-only-2026\n")
    token = shop.run("token", "create", "--name", "bench", "--scopes", "all").split()[-1]
    try:
        shop.open()
        yield fill(shop.origin, token, database_url)
    finally:
        shop.stop()


def fill(origin: str, token: str, database_url: str) -> Bench:
    """Stores, products and members of an empty shop that is open."""
    client = Client(origin, token, 250)
    store = client.post("/api/v1/stores", {"code": "P1", "name": "Product"})["id"]
    other = client.post("/api/v1/stores", {"code": "F1", "name": "Floor"})["id"]
    products = tuple(
        client.post("/api/v1/products", {"name": name, "price": price})["id"]
        for name, price in (("Cake", "32.00"), ("Tart", "32.00"), ("Latte", "22.00"))
    )
    members = tuple(
        client.post("/api/v1/members", {"name": f"M{n}", "phone": f"138{n:08d}", "source": "walk_in"})["id"]
        for n in range(2 * MEMBERS)
    )
    client.http.close()
    _open_accounts(database_url, members[MEMBERS:])
    books = floor.Books(int(other), tuple(map(int, members[MEMBERS:])), tuple(map(int, products)))  # type: ignore[arg-type]
    return Bench(origin, token, database_url, store, members[:MEMBERS], products, books)


def _open_accounts(database_url: str, members: tuple[str, ...]) -> None:
    """The floor's members have their points accounts already, as members who bought before have."""
    statement = "INSERT INTO points_accounts (member_id, balance, sequence, mac) VALUES ({}, 0, 0, '')"
    if database_url.startswith("sqlite"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=10) as file:
            file.executemany(statement.format("?"), [(int(member),) for member in members])
        file.close()
        return
    with psycopg.connect(database_url.replace("+psycopg", "")) as server:
        server.cursor().executemany(statement.format("%s"), [(int(member),) for member in members])


def measure(engine: str, rounds: int, seconds: float) -> dict[str, float]:
    """Alternating rounds on one engine; prints them and the medians."""
    with tempfile.TemporaryDirectory(prefix="changke-bench-") as folder, opened(engine, Path(folder)) as bench:
        bench.run_product(min(1.0, seconds))  # warm: caches, pools, prepared statements
        bench.run_floor(min(1.0, seconds))
        products, floors, latencies = [], [], []
        for number in range(1, rounds + 1):
            rate, took = bench.run_product(seconds)
            bare = bench.run_floor(seconds)
            products.append(rate)
            floors.append(bare)
            latencies += took
            print(
                f"  {engine} round {number}: HTTP {rate:7.1f}/s   floor {bare:7.1f}/s   {rate / bare:.3f}", flush=True
            )
    cuts = statistics.quantiles(latencies, n=100)
    result = {
        "http": statistics.median(products),
        "floor": statistics.median(floors),
        "ratio": statistics.median(rate / bare for rate, bare in zip(products, floors, strict=True)),
        "p50": cuts[49] * 1000,
        "p99": cuts[98] * 1000,
    }
    print(
        f"checkout {engine}: HTTP {result['http']:.0f}/s beside a floor of {result['floor']:.0f}/s = {result['ratio']:.3f} "
        f"(medians of {rounds} alternating rounds of {seconds:g} s, {CLIENTS} clients); "
        f"p50 {result['p50']:.0f} ms, p99 {result['p99']:.0f} ms, p99/p50 {result['p99'] / result['p50']:.1f}",
        flush=True,
    )
    return result


def main(arguments: list[str]) -> bool:
    """Measure both engines, or those named. No ratio is wanted yet: always true."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench checkout", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    chosen = parser.parse_args(arguments)
    print(f"checkout over HTTP beside bare SQL, {os.cpu_count()} cores")
    for engine in chosen.engine or ("sqlite", "postgresql"):
        measure(engine, chosen.rounds, chosen.seconds)
    return True
