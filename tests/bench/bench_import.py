"""A messy list of 50,000 rows (tests/messy.py) through the real server and its worker: uploaded, checked, imported, told row by row, and
taken back. What a shop waits for counts, from the first byte sent to the last line of the result: at most a minute."""

import argparse
import base64
import csv
import http.client
import io
import json
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests import messy
from tests.kit.postgres import temporary_postgres
from tests.kit.shop import Shop
from tests.oracles import imports as oracle

MOST, ROWS = 60.0, 50_000
ENGINES = ("sqlite", "postgresql")


class Till:
    """Who asks, with a token that may everything."""

    def __init__(self, origin: str, token: str) -> None:
        self._address = urlsplit(origin)
        self._token = token

    def ask(self, method: str, path: str, sent: Any = None) -> bytes:
        """The answer's bytes; anything but success ends the bench."""
        http_ = http.client.HTTPConnection(str(self._address.hostname), self._address.port, timeout=120)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid4().hex,
        }
        http_.request(method, f"/api/v1/imports{path}", None if sent is None else json.dumps(sent), headers)
        answer = http_.getresponse()
        body = answer.read()
        http_.close()
        if answer.status not in {200, 201, 202}:
            raise RuntimeError(f"{method} {path}: {answer.status} {body[:300]!r}")
        return body

    def wait(self, path: str, state: str) -> Any:
        """Ask until the import is there."""
        while (told := json.loads(self.ask("GET", path)))["state"] != state:
            time.sleep(0.2)
        return told


def measure(engine: str, rows: int) -> float:
    """Import and take back on one engine; the seconds until the result was there."""
    with tempfile.TemporaryDirectory(prefix="changke-bench-") as folder:
        if engine == "sqlite":
            return _measure(engine, Shop(Path(folder), {"DEMO": "0", "TRUSTED_PROXIES": "1"}), rows)
        with temporary_postgres(durable=True) as server:
            environ = {"DEMO": "0", "TRUSTED_PROXIES": "1", "DATABASE_URL": server.create_database()}
            return _measure(engine, Shop(Path(folder), environ), rows)


def _measure(engine: str, shop: Shop, rows: int) -> float:
    shop.run("setup", "--shop", "Bench", "--owner", "owner", "--password-stdin", typed="bench-only-2026\n")
    token = shop.run("token", "create", "--name", "bench", "--scopes", "all").split()[-1]
    try:
        shop.open()
        took = _import(Till(shop.origin, token), messy.workbook(rows), rows)
        shop.run("verify")
    finally:
        shop.stop()
    whole = sum(took[:-1])
    upload, check, run, result, undo = took
    print(
        f"import {engine}: {rows} rows in {whole:.1f} s (upload {upload:.1f}, check {check:.1f}, run {run:.1f}, result {result:.1f}); "
        f"taken back in {undo:.1f} s",
        flush=True,
    )
    return whole


def _import(till: Till, file: bytes, rows: int) -> list[float]:
    marks = [time.perf_counter()]
    sent = {"name": "老会员.xlsx", "content": base64.b64encode(file).decode()}
    made = json.loads(till.ask("POST", "", sent))
    path = f"/{made['id']}"
    marks.append(time.perf_counter())
    till.ask("PUT", f"{path}/matching", {"mapping": made["mapping"], "duplicates": "merge", "order": "month_first"})
    till.wait(path, "checked")
    marks.append(time.perf_counter())
    till.ask("POST", f"{path}/run")
    told = till.wait(path, "done")
    marks.append(time.perf_counter())
    lines = list(csv.reader(io.StringIO(till.ask("GET", f"{path}/result").decode("utf-8-sig"))))
    marks.append(time.perf_counter())
    assert len(lines) == 1 + 3 + rows, "a line for every row of the file, title and header too"
    assert told["counts"]["created"] == len(oracle.books(messy.rows(rows))), told["counts"]
    till.ask("POST", f"{path}/undo")
    told = till.wait(path, "undone")
    marks.append(time.perf_counter())
    assert "kept" not in told["counts"], told["counts"]
    return [later - earlier for earlier, later in pairwise(marks)]


def main(arguments: list[str]) -> bool:
    """Measure both engines, or those named; whether each was within a minute."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench import", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--rows", type=int, default=ROWS)
    chosen = parser.parse_args(arguments)
    return max([measure(engine, chosen.rows) for engine in chosen.engine or ENGINES]) < MOST
