"""A small WebDriver BiDi client: one websocket, one command at a time, plain values in and out.

Specification: https://www.w3.org/TR/webdriver-bidi/. Only what the kit needs is here.
"""

import json
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect


class BidiError(RuntimeError):
    """The browser refused a command, or a script threw; the message is the browser's own."""


class Bidi:
    """A session with a browser that was started with `--remote-debugging-port`."""

    def __init__(self, port: int, *, seconds: float = 20.0) -> None:
        self._seconds = seconds
        self._socket = connect(f"ws://127.0.0.1:{port}/session", max_size=None, proxy=None)
        self._last = 0
        self.send("session.new", capabilities={})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, method: str, **parameters: object) -> Any:
        """Send a command and return its result; raises `BidiError` when refused, `TimeoutError` when stuck."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=self._seconds))
            if message.get("id") != self._last:
                continue  # an event: nothing here needs one
            if message["type"] == "error":
                raise BidiError(f"{method}: {message['error']}: {message['message']}")
            return message["result"]

    def call(self, target: dict[str, str], function: str, *arguments: object) -> Any:
        """Call a JavaScript function (async or not) in `target` with JSON values; returns its JSON value.

        Runs outside the page's content security policy and counts as a user's own act (`userActivation`).
        """
        wrapped = f"async (given) => JSON.stringify(await ({function})(...JSON.parse(given)) ?? null)"
        answer = self.send(
            "script.callFunction",
            functionDeclaration=wrapped,
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target=target,
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise BidiError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])
