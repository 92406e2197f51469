"""The shop of a test behind real server processes, and many clients that ask it at the same moment.

with open_front(environ, tmp_path) as front:
    answers = front.at_once([front.post("/api/v1/orders", sale, token) for _ in range(64)])
"""

import http.client
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.browse import Browser
from tests.kit.ports import LOOPBACK, free_port
from tests.kit.processes import Child, http_status
from tests.kit.shop import CHANGKE, PRIVATE, REPOSITORY

AT_ONCE = 64
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Request:
    """What a client sends."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What it hears."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


def request(method: str, path: str, sent: Any, headers: Mapping[str, str], key: str = "") -> Request:
    """A request with JSON and an idempotency key, a fresh one unless named."""
    body = b"" if sent is None else json.dumps(sent).encode()
    return Request(method, path, body, {**JSON, **headers, "Idempotency-Key": key or uuid4().hex})


def form(path: str, fields: Mapping[str, str], browser: Browser, cookie: str, key: str) -> Request:
    """A form of one of our pages, sent by a signed-in browser."""
    sent = {"csrf_token": browser.form_token, "idempotency_key": key, **fields}
    headers = {"Content-Type": "application/x-www-form-urlencoded", **cookies_of(browser, cookie)}
    return Request("POST", path, urlencode(sent).encode(), headers)


def cookies_of(browser: Browser, *names: str) -> dict[str, str]:
    """The headers that a signed-in browser's own scripts send."""
    found = {name: browser.client.get_cookie(name) for name in ("ck_form", *names)}
    pairs = "; ".join(f"{name}={cookie.value}" for name, cookie in found.items() if cookie is not None)
    return {"Cookie": pairs, "X-CSRFToken": browser.form_token}


@dataclass
class Front:
    """A web server that runs, with as many clients as asked for: each keeps its connection."""

    environ: Mapping[str, str]
    log: Path
    clients: int = AT_ONCE
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self._own, self._connections = threading.local(), list[http.client.HTTPConnection]()
        self._threads = ThreadPoolExecutor(self.clients)

    @property
    def origin(self) -> str:
        """Where it answers."""
        return f"http://localhost:{self.port}"

    def run(self, *arguments: str) -> Child:
        """Start a `changke` command on this shop."""
        outer = {name: value for name, value in os.environ.items() if name not in PRIVATE}
        place = {"HOST": LOOPBACK, "PORT": str(self.port), "PUBLIC_ORIGIN": self.origin, "DEMO": "0"}
        several = {"WEB_PROCESSES": "2"} if "DATABASE_URL" in self.environ else {}
        env = outer | dict(self.environ) | place | several
        return Child([str(CHANGKE), *arguments], log=self.log, env=env, cwd=REPOSITORY)

    def start(self) -> None:
        """Start the server, or start it anew."""
        self.web = self.run("serve")
        self.web.wait_for(lambda: http_status(f"{self.origin}/healthz") in {200, 503}, what="an answer of the server")

    def stop(self) -> None:
        """End the server and the clients."""
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()
        self.web.stop()

    def send(self, asked: Request) -> Answer:
        """Ask once, on the connection of this thread."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection("localhost", self.port, timeout=120)
            self._connections.append(connection)
        try:
            connection.request(asked.method, asked.path, asked.body, dict(asked.headers))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        except (http.client.HTTPException, OSError):
            connection.close()  # the next one opens it anew
            raise

    def at_once(self, asked: Sequence[Request]) -> list[Answer]:
        """Ask all of it at the same moment."""
        ready = threading.Barrier(len(asked))

        def go(each: Request) -> Answer:
            ready.wait()
            try:
                return self.send(each)
            except (http.client.HTTPException, OSError):  # an idle connection that the server had closed
                return self.send(each)

        return list(self._threads.map(go, asked))


@contextmanager
def open_front(environ: Mapping[str, str], folder: Path) -> Iterator[Front]:
    """A server for the length of a `with` block."""
    front = Front(environ, folder / "serve.log")
    front.start()
    try:
        yield front
    finally:
        front.stop()
