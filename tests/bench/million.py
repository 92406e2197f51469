"""The large shop that some rows are measured on: made once for each engine by `changke bench-data`, and kept.

It lies in CHANGKE_BENCH_DATA (/var/tmp/changke-bench if unset; some 16 GB for both engines). Delete the folder to have it made anew.
Not in this tree: PostgreSQL runs as a user of its own, who may not be let into it.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from services.orders.models import Order
from services.shared import clock, database, migrations
from tests.kit.postgres import kept_postgres
from tests.kit.shop import CHANGKE
from webapp import open_services

FOLDER = Path(os.environ.get("CHANGKE_BENCH_DATA", "/var/tmp/changke-bench"))
MEMBERS = int(os.environ.get("CHANGKE_BENCH_MEMBERS", "1000000"))
ORDERS = 5 * MEMBERS
ENGINES = ("sqlite", "postgresql")


@contextmanager
def opened(engine: str) -> Iterator[datetime]:
    """The services of this process, opened on the large shop; the moment up to which it has sales."""
    with ExitStack() as stack:
        environ = stack.enter_context(_made(engine))
        open_services(environ)
        migrations.upgrade()
        stack.callback(database.close)
        with database.reading() as session:
            last = session.scalar(select(func.max(Order.completed_at)))
        assert last is not None
        stack.enter_context(clock.stand_at(last))
        yield last


@contextmanager
def _made(engine: str) -> Iterator[Mapping[str, str]]:
    folder = FOLDER / f"{engine}-{MEMBERS}"
    environ = {"DATA": str(folder / "var"), "DEMO": "0", "CHANGKE_TEST_CLOCK": "1"}
    made = folder / "made.json"
    with ExitStack() as stack:
        if engine == "postgresql":
            folder.mkdir(parents=True, exist_ok=True)
            server = stack.enter_context(kept_postgres(folder / "server", durable=True))
            if not made.exists():
                server.drop_database(server.url("shop"))
                server.create_database(name="shop")
            environ["DATABASE_URL"] = server.url("shop")
        if not made.exists():
            took = _make(environ)
            made.write_text(json.dumps({"members": MEMBERS, "orders": ORDERS, "seconds": round(took)}))
        yield environ


def _make(environ: Mapping[str, str]) -> float:
    started = time.perf_counter()
    print(f"making {MEMBERS} members with {ORDERS} orders in {environ['DATA']}: some ten minutes", flush=True)
    asked = [str(CHANGKE), "bench-data", "--members", str(MEMBERS), "--orders", str(ORDERS)]
    subprocess.run(asked, env={**os.environ, **environ}, check=True)
    return time.perf_counter() - started
