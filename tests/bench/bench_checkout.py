"""HTTP checkouts per second of the real server beside the floor (checkout_floor.py), in alternating rounds of one run.

Everything is on: token, permission, flood limit, price engine, signed quote, idempotency, audit, outbox, facts, growth, inbox message,
and the worker beside it. Eight clients post orders of three lines for members who agree to spend: ¥20 of stored value, 100 points and a
coupon each time; the floor writes the same rows. Rows 1 to 3 of the figures to reach: the ratio counts, never a rate alone.
"""

import argparse
import http.client
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.bench import checkout_floor as floor
from tests.bench import floor_sale
from tests.bench.floor_tables import Tables
from tests.kit.postgres import temporary_postgres
from tests.kit.shop import Shop

CLIENTS = 8
MEMBERS = 200
MOST_A_SECOND = 250  # sales: so many carts are made ready


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

    def sell(self, carts: list[Any], until: float) -> None:
        """Pay priced carts, each once, until the time is over."""
        for cart in carts:
            started = time.perf_counter()
            if started >= until:
                return
            self.post("/api/v1/orders", cart)
            self.latencies.append(time.perf_counter() - started)
        raise RuntimeError("this server sells faster than the bench had thought: raise MOST_A_SECOND")


@dataclass(frozen=True)
class Bench:
    """A shop under load: ids of what it sells, and its database for the floor."""

    origin: str
    token: str
    store: str
    members: tuple[str, ...]
    products: tuple[str, ...]
    template: str
    tables: Tables
    books: floor_sale.Books

    def carts(self, number: int, count: int) -> list[Any]:
        """So many sales of this client, ready to be posted: quotes with a coupon each, and the member's agreement."""
        share = len(self.members) // CLIENTS
        mine = self.members[number * share : (number + 1) * share]
        buyers = [int(mine[n % share]) for n in range(count)]
        coupons = self.tables.coupons(int(self.template), buyers)
        proofs = self.tables.proofs(int(self.store), buyers)
        client = Client(self.origin, self.token, number + 100)
        ready = [self._cart(client, *each) for each in zip(buyers, coupons, proofs, strict=True)]
        client.http.close()
        return ready

    def _cart(self, client: Client, member: int, coupon: int, proof: int) -> Any:
        lines = [{"product": product, "quantity": 1} for product in self.products]
        wanted = {"store": self.store, "member": str(member), "lines": lines, "coupons": [str(coupon)], "points": 100}
        quote = client.post("/api/v1/quotes", wanted)
        assert quote["due"] == "80.00", quote
        tenders = [{"kind": "wallet", "amount": "20.00"}, {"kind": "wechat", "amount": "60.00"}]
        return {"quote": quote["id"], "tenders": tenders, "proof": f"p_{proof}"}

    def run_product(self, seconds: float) -> tuple[float, list[float]]:
        """Orders per second over HTTP, and each order's seconds."""
        clients = [Client(self.origin, self.token, number) for number in range(CLIENTS)]
        count = int(seconds * MOST_A_SECOND / CLIENTS) + 1
        with ThreadPoolExecutor(CLIENTS) as helpers:
            carts = list(helpers.map(lambda number: self.carts(number, count), range(CLIENTS)))
        failures: list[BaseException] = []

        def work(client: Client) -> None:
            try:
                client.sell(carts[client.number], until)
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
        if self.tables.sqlite:
            return floor.run_sqlite(self.tables.sqlite, self.books, seconds)
        return floor.run_postgres(self.tables.url, self.books, seconds, CLIENTS)


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
    """Stores, products, a coupon's template and members of an empty shop that is open; the members of the product have something."""
    client = Client(origin, token, 250)
    store = client.post("/api/v1/stores", {"code": "P1", "name": "Product"})["id"]
    other = client.post("/api/v1/stores", {"code": "F1", "name": "Floor"})["id"]
    products = tuple(
        client.post("/api/v1/products", {"name": name, "price": price})["id"]
        for name, price in (("Cake", "32.00"), ("Tart", "32.00"), ("Latte", "22.00"))
    )
    off = {"name": "Five off", "kind": "threshold_off", "value": "5.00", "threshold": "50.00"}
    template = client.post("/api/v1/coupon-templates", off)["id"]
    members = tuple(
        client.post("/api/v1/members", {"name": f"M{n}", "phone": f"138{n:08d}", "source": "walk_in"})["id"]
        for n in range(2 * MEMBERS)
    )
    for member in members[:MEMBERS]:
        paid = {"store": store, "amount": "5000.00", "tenders": [{"kind": "wechat", "amount": "5000.00"}]}
        client.post(f"/api/v1/members/{member}/wallet/top-ups", paid)
        client.post(f"/api/v1/members/{member}/points/adjustments", {"amount": 1_000_000, "reason": "bench"})
    client.http.close()
    tables = Tables(database_url)
    buyers = tables.buyers(int(other), int(template), [int(member) for member in members[MEMBERS:]])
    books = floor_sale.Books(int(other), buyers, tuple(map(int, products)))
    return Bench(origin, token, store, members[:MEMBERS], products, template, tables, books)


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
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args(arguments)
    print(f"checkout over HTTP beside bare SQL, {os.cpu_count()} cores")
    for engine in chosen.engine or ("sqlite", "postgresql"):
        measure(engine, chosen.rounds, chosen.seconds)
    return True
