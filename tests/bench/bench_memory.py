"""What the embedded shop holds in memory after load: one web process, one worker, on SQLite, as `make serve DEMO=0` starts them.

Proportional set size, so that pages which processes share count once: of the web process, of the worker, and beside them of
gunicorn's master and of honcho, which `make serve` puts in front and a server with systemd does not have. The load: a thousand
members, eight tills for some seconds, and the pages of a morning.
"""

import argparse
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.bench import bench_checkout
from tests.kit.chromium import chromium
from tests.kit.shop import Shop

MOST = 160  # MiB, web and worker (figures to reach, row 15)
PAGES = ("", "members", "orders", "products", "more", "settings", "audit", "stores", "people", "registration-links")
PASSWORD = "bench-only-2026"


def main(arguments: list[str]) -> bool:
    """Load the shop and print what each part holds. The figure is not demanded yet: always true."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench memory", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds: float = parser.parse_args(arguments).seconds
    with tempfile.TemporaryDirectory(prefix="changke-bench-") as folder:
        shop = Shop(Path(folder), {"DEMO": "0", "TRUSTED_PROXIES": "1"})
        shop.run("setup", "--shop", "Bench", "--owner", "owner", "--password-stdin", typed=f"{PASSWORD}\n")
        token = shop.run("token", "create", "--name", "bench", "--scopes", "all").split()[-1]
        try:
            together = shop.start_together()
            idle = _held(together.pid)
            _load(shop, token, seconds)
            loaded = _held(together.pid)
        finally:
            shop.stop()
    _tell(idle, loaded)
    return True


def _load(shop: Shop, token: str, seconds: float) -> None:
    bench = bench_checkout.fill(shop.origin, token, f"sqlite:///{shop.data / 'changke.db'}")
    bench.run_product(seconds)
    with chromium() as browser, browser.desk() as till:
        page = till.new_page()
        page.goto(f"{shop.origin}/staff/sign-in")
        page.fill("[name=username]", "owner")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        for path in PAGES:
            page.goto(f"{shop.origin}/staff/{path}")


def _held(root: int) -> dict[str, float]:
    """MiB of `root` (honcho) and of what it started, by the command's name."""
    held: dict[str, float] = defaultdict(float)
    for pid in [root, *_below(root)]:  # parents before their children
        with suppress(OSError):  # it ended while we looked
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
            found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
            if found is not None:
                name = "master" if "serve" in words and "master" not in held else _name(words)
                held[name] += int(found[1]) / 1024
    return dict(held)


def _name(words: list[str]) -> str:
    if "serve" in words:
        return "web"
    return "worker" if "work" in words else "honcho"


def _below(root: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == root:
                yield int(folder.name)
                yield from _below(int(folder.name))


def _tell(idle: dict[str, float], loaded: dict[str, float]) -> None:
    print(
        f"memory: web {loaded['web']:.0f} (gunicorn's master {loaded['master']:.0f} beside it) + worker {loaded['worker']:.0f} = "
        f"{loaded['web'] + loaded['worker']:.0f} MiB after load, {MOST} is the figure to reach "
        f"(idle {idle['web']:.0f} + {idle['worker']:.0f}; honcho {loaded['honcho']:.0f})",
        flush=True,
    )
