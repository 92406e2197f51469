"""A throw-away Redis server."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kit.ports import LOOPBACK, free_port
from tests.kit.processes import running


@contextmanager
def temporary_redis() -> Iterator[str]:
    """The URL (`redis://127.0.0.1:PORT/0`) of an empty server that keeps nothing on disk."""
    port = free_port()
    command = [
        "/usr/bin/redis-server", "--port", str(port), "--bind", LOOPBACK, "--save", "", "--appendonly", "no",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="changke-redis-") as name:
        folder = Path(name)
        with running([*command, "--dir", name], log=folder / "log") as server:
            server.wait_for_port(port, seconds=10)
            yield f"redis://{LOOPBACK}:{port}/0"
