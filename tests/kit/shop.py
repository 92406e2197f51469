"""The real product for tests: web and worker as processes of their own, on a free port, with the demo shop's data.

    with running_shop(tmp_path) as shop:
        page.goto(f"{shop.origin}/staff/")

What it relies on: the commands `changke migrate`, `demo`, `serve` and `work`, configured by `DATA`, `PORT`, `HOST`,
`PUBLIC_ORIGIN`, `DEMO` and `DATABASE_URL`; `GET /healthz` is 200 once database, queue and worker live; the demo leaves its
accounts in `$DATA/demo.json`.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.kit.ports import LOOPBACK, free_port
from tests.kit.processes import Child, http_status

REPOSITORY = Path(__file__).resolve().parents[2]
CHANGKE = REPOSITORY / ".venv" / "bin" / "changke"
HONCHO = REPOSITORY / ".venv" / "bin" / "honcho"
# Settings of the person who runs the tests that must not reach the shop under test.
PRIVATE = (
    "DATABASE_URL",
    "REDIS_URL",
    "TLS_CERT",
    "TLS_KEY",
    "TLS",
    "STAFF_ORIGIN",
    "MEMBER_ORIGIN",
    "TRUSTED_PROXIES",
)


class Shop:
    """A shop that is open. `web` and `worker` are its processes: `shop.worker.kill()` is a power cut."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        port = free_port()
        self.origin = f"http://localhost:{port}"
        self.data = folder / "var"
        self.logs = folder / "logs"
        self.data.mkdir(parents=True, exist_ok=True)
        self._children: dict[str, Child] = {}
        self._env = {name: value for name, value in os.environ.items() if name not in PRIVATE} | {
            "DATA": str(self.data),
            "HOST": LOOPBACK,
            "PORT": str(port),
            "PUBLIC_ORIGIN": self.origin,
            "DEMO": "1",
            **env,
        }

    @property
    def accounts(self) -> dict[str, Any]:
        """What `demo.json` says: who may sign in with what."""
        told: dict[str, Any] = json.loads((self.data / "demo.json").read_text())
        return told

    @cached_property
    def token(self) -> str:
        """A program's token that may do everything; made once, because a command takes seconds to start."""
        return self.run("token", "create", "--name", "tests", "--scopes", "all").strip()

    def run(self, *arguments: str, typed: str = "") -> str:
        """Run a `changke` command on this shop's data, with `typed` on its standard input, and return what it says."""
        done = subprocess.run(
            [CHANGKE, *arguments],
            env=self._env,
            cwd=REPOSITORY,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(
                f"changke {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    @property
    def web(self) -> Child:
        return self._children["serve"]

    @property
    def worker(self) -> Child:
        return self._children["work"]

    def start_web(self, env: Mapping[str, str] | None = None) -> None:
        """Start the web process, or start it anew; `env` is for this one run."""
        self._start("serve", env or {})

    def start_worker(self) -> None:
        self._start("work")

    def kill_worker(self) -> None:
        """A power cut for the worker alone; `start_worker` brings the next one."""
        self.worker.kill()

    def wait_until_healthy(self, *, seconds: float = 30.0) -> None:
        """Wait for `/healthz`, which also asks for the worker; a process that dies is shown with its log."""

        def healthy() -> bool:
            self.worker.check_alive(what="the shop was healthy")
            return http_status(f"{self.origin}/healthz") == 200

        self.web.wait_for(healthy, what=f"200 from {self.origin}/healthz", seconds=seconds)

    def open(self) -> None:
        """Start both processes and wait until they are healthy."""
        self.start_web()
        self.start_worker()
        self.wait_until_healthy()

    def start_together(self) -> Child:
        """Both under honcho, as `make serve` starts them; the child is honcho."""
        log, env = self.logs / "honcho.log", {**self._env, "WEB_PORT": self._env["PORT"]}
        together = Child([str(HONCHO), "start", "-e", "/dev/null"], log=log, env=env, cwd=REPOSITORY)
        self._children["honcho"] = together
        together.wait_for(lambda: http_status(f"{self.origin}/healthz") == 200, what="200 from /healthz")
        return together

    def stop(self) -> None:
        for child in self._children.values():
            child.stop()

    def _start(self, command: str, env: Mapping[str, str] = MappingProxyType({})) -> None:
        if command in self._children:
            self._children[command].stop()
        log = self.logs / f"{command}.log"
        self._children[command] = Child([str(CHANGKE), command], log=log, env=self._env | dict(env), cwd=REPOSITORY)


@contextmanager
def running_shop(folder: Path, *, env: Mapping[str, str] | None = None, demo: bool = True) -> Iterator[Shop]:
    """A shop for the length of a `with` block, its data below `folder`; `demo=False` leaves it empty, for the wizard."""
    shop = Shop(folder, {"DEMO": "1" if demo else "0"} | dict(env or {}))
    shop.run("migrate")
    if demo:
        shop.run("demo")
    try:
        shop.open()
        yield shop
    finally:
        shop.stop()
