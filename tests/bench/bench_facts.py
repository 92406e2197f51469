"""What keeping facts, favourites and roll-ups fresh costs: CPU of a sale over the API with and without it, in alternating rounds.

The product in this process with everything on; a sale counts from its POST until its reactions are done, and with facts until the figures
of its member are worked out anew, as the worker does it. Members have as many orders behind them as those of `changke bench-data`.
On PostgreSQL the server's processor time counts too.
"""

import argparse
import logging
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from services import wiring
from services.catalog.models import Product, ProductOption
from services.checkout.reactions import keep_facts
from services.demo.bulk.fill import fill
from services.identity.commands import create_token
from services.orders.events import OrderCompleted
from services.segments.jobs import follow_facts
from services.shared import clock, database, events, migrations
from services.shared.actors import SYSTEM
from services.stores.models import Store
from tests.bench.million import ENGINES
from tests.kit.postgres import Postgres, temporary_postgres
from webapp import create_app

MOST = 1.10
MEMBERS, ORDERS = 2000, 10_000
SALES = 100  # in a round
SECOND = os.sysconf("SC_CLK_TCK")
WITHOUT = {
    **wiring.REACTIONS,
    OrderCompleted: tuple(each for each in wiring.REACTIONS[OrderCompleted] if each is not keep_facts),
}


@dataclass
class Bench:
    """A shop that sells over the API."""

    browser: FlaskClient
    token: str
    store: int
    products: list[int]
    dice: random.Random
    server: Postgres | None
    sent: int = 0

    def post(self, path: str, sent: Any) -> Any:
        """POST under a fresh key, from ever another address: the flood limit counts them."""
        self.sent += 1
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid4().hex}
        place = {"REMOTE_ADDR": f"10.{self.sent // 40_000}.{self.sent // 200 % 200}.{self.sent % 200}"}
        answer = self.browser.post(path, json=sent, headers=headers, environ_overrides=place)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json

    def carts(self) -> list[Any]:
        """Sales ready to be paid."""
        return [self._cart(self.dice.randint(1, MEMBERS)) for _ in range(SALES)]

    def _cart(self, member: int) -> Any:
        lines = [{"product": str(each), "quantity": 1} for each in self.dice.sample(self.products, 3)]
        quote = self.post("/api/v1/quotes", {"store": str(self.store), "member": str(member), "lines": lines})
        return {"quote": quote["id"], "tenders": [{"kind": "wechat", "amount": quote["due"]}]}

    def sell(self, *, facts: bool) -> float:
        """Milliseconds of CPU of a sale."""
        events.wire(wiring.REACTIONS if facts else WITHOUT)
        carts = self.carts()
        follow_facts()
        started = self._cpu()
        for cart in carts:
            self.post("/api/v1/orders", cart)
        if facts:
            follow_facts()
        return (self._cpu() - started) * 1000 / SALES

    def _cpu(self) -> float:
        return time.process_time() + (_cpu_of(self.server) if self.server else 0.0)


def _cpu_of(server: Postgres) -> float:
    """Seconds that the server and everything it started have worked, those that ended included."""
    first = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    total = 0
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            name_and_rest = each.read_text().rpartition(")")[2].split()
        except OSError:  # it ended at this moment
            continue
        if int(each.parent.name) == first:
            total += sum(map(int, name_and_rest[11:15]))
        elif int(name_and_rest[1]) == first:
            total += sum(map(int, name_and_rest[11:13]))
    return total / SECOND


@contextmanager
def opened(engine: str) -> Iterator[Bench]:
    """A shop with members who have bought before."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="changke-bench-")))
        server = stack.enter_context(temporary_postgres(durable=True)) if engine == "postgresql" else None
        environ: Mapping[str, str] = {"DATA": str(folder / "var"), "DEMO": "0"}
        app = create_app({**environ, **({"DATABASE_URL": server.create_database()} if server else {})})
        stack.callback(database.close)
        migrations.upgrade()
        fill(MEMBERS, ORDERS, 1, "bench-only-2026", wiring.ROLES, at=clock.now(), tell=lambda _: None)
        yield _begin(app, server)


def _begin(app: Any, server: Postgres | None) -> Bench:
    with database.transaction() as session:
        _, token = create_token(session, "bench", ["all"], known=wiring.PERMISSIONS, actor=SYSTEM, at=clock.now())
        products = list(session.scalars(select(Product.id).where(Product.id.not_in(select(ProductOption.product_id)))))
        store = session.scalars(select(Store.id)).first()
    assert store is not None
    return Bench(app.test_client(), token, store, products, random.Random(7), server)


def measure(engine: str, rounds: int) -> float:
    """Alternating rounds on one engine; prints them and the median of the ratios."""
    with opened(engine) as bench:
        bench.sell(facts=True)
        bench.sell(facts=False)
        ratios, kept, left = [], [], []
        for number in range(1, rounds + 1):
            without = bench.sell(facts=False)
            fresh = bench.sell(facts=True)
            kept.append(fresh)
            left.append(without)
            ratios.append(fresh / without)
            print(
                f"  {engine} round {number}: {fresh:.2f} ms of CPU a sale, {without:.2f} without facts   {ratios[-1]:.3f}",
                flush=True,
            )
    ratio = statistics.median(ratios)
    print(
        f"facts {engine}: {statistics.median(kept):.2f} ms of CPU a sale beside {statistics.median(left):.2f} without facts = {ratio:.3f} "
        f"(medians of {rounds} alternating rounds of {SALES} sales)",
        flush=True,
    )
    return ratio


def main(arguments: list[str]) -> bool:
    """Measure both engines, or those named; whether facts cost a tenth of a sale at most."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench facts", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args(arguments)
    logging.disable(logging.INFO)  # a line for every request
    ratios = [measure(engine, chosen.rounds) for engine in chosen.engine or ENGINES]
    return all(ratio <= MOST for ratio in ratios)
