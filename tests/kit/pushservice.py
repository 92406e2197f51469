"""A Web Push service for tests: strict towards the sender, real towards the browser.

Firefox connects by websocket (`websocket_url`, the protocol of Mozilla's autopush) and subscribes; the sender posts
to the endpoints it was given. Every message is checked as the real services do (`push_rules`) before it is taken.
"""

import json
import secrets
import socket
import struct
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.kit.ports import LOOPBACK
from tests.kit.push_rules import RuleBrokenError, check_message, check_vapid
from tests.kit.push_subscriptions import (
    GONE,
    UNKNOWN,
    Answer,
    BrowserSubscription,
    HeadlessSubscription,
    Received,
    Subscription,
)
from tests.kit.waiting import wait_until
from tests.kit.webpages import quiet_server

PATH = "/wpush/v2/"


class PushService:
    """The state of a running service. `received` holds every POST, `acknowledged` the channels browsers confirmed."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self.origin = ""
        self.websocket_url = ""
        self.received: list[Received] = []
        self.acknowledged: list[str] = []
        self.subscriptions: dict[str, Subscription] = {}
        self.closing = threading.Event()
        self._clock = clock
        self._gone: set[str] = set()

    def subscribe(self, application_key: str | None = None) -> HeadlessSubscription:
        """A subscription without a browser; with `application_key` only that sender may use it."""
        subscription = HeadlessSubscription(self._new_endpoint(), application_key=application_key)
        self.subscriptions[subscription.token] = subscription
        return subscription

    @property
    def browsers(self) -> list[BrowserSubscription]:
        """The live subscriptions of browsers."""
        return [each for each in self.subscriptions.values() if isinstance(each, BrowserSubscription)]

    @property
    def faults(self) -> list[str]:
        """Which rules the sender broke, in order; a good sender leaves this empty."""
        return [each.fault for each in self.received if each.fault]

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Received]:
        """Wait until `count` messages came in altogether."""
        wait_until(lambda: len(self.received) >= count, what=f"{count} messages", seconds=seconds)
        return self.received

    def wait_for_browser(self, count: int = 1, *, seconds: float = 10.0) -> None:
        """Wait until browsers confirmed to have decrypted `count` messages altogether."""
        wait_until(lambda: len(self.acknowledged) >= count, what=f"{count} confirmations", seconds=seconds)

    def answer(self, token: str, headers: dict[str, str], body: bytes) -> Answer:
        """Check one POST, hand it on, and decide the answer."""
        fault = None
        try:
            answer = self._judge(token, headers, body)
        except RuleBrokenError as broken:
            answer, fault = Answer(broken.status, body=broken.reason), broken.reason
        self.received.append(Received(token, headers, body, answer.status, fault))
        return answer

    def _judge(self, token: str, headers: dict[str, str], body: bytes) -> Answer:
        proof = check_vapid(headers.get("authorization", ""), audience=self.origin, now=self._clock())
        check_message(headers, body)
        subscription = self.subscriptions.get(token)
        if subscription is None:
            return GONE if token in self._gone else UNKNOWN
        if subscription.application_key not in {None, proof.key}:
            raise RuleBrokenError(403, "VapidPkHashMismatch: subscribed with another key")
        answer = subscription.next_answer()
        if answer.status == 201:
            subscription.take(body)
        return answer

    def _new_endpoint(self) -> str:
        return f"{self.origin}{PATH}{secrets.token_urlsafe(24)}"

    def talk(self, connection: ServerConnection) -> None:
        """Speak with one browser until it leaves."""
        try:
            for text in connection:
                said = json.loads(text)
                if (reply := self._reply(said, connection)) is not None:
                    connection.send(json.dumps(reply))
        except ConnectionClosed:
            return  # browsers leave without a word

    def _reply(self, said: dict[str, object], connection: ServerConnection) -> dict[str, object] | None:
        match said.get("messageType"):
            case None:
                return {}  # a ping
            case "hello":
                name = said.get("uaid") or uuid.uuid4().hex
                return {"messageType": "hello", "status": 200, "uaid": name, "use_webpush": True, "broadcasts": {}}
            case "register":
                return self._register(str(said["channelID"]), said.get("key"), connection)
            case "unregister":
                self._unregister(str(said["channelID"]))
                return {"messageType": "unregister", "status": 200, "channelID": said["channelID"]}
            case "ack":
                self._acknowledge(said["updates"])
        return None

    def _register(self, channel: str, key: object, connection: ServerConnection) -> dict[str, object]:
        subscription = BrowserSubscription(
            self._new_endpoint(),
            application_key=str(key).rstrip("=") if key else None,
            channel=channel,
            connection=connection,
        )
        self.subscriptions[subscription.token] = subscription
        return {
            "messageType": "register",
            "status": 200,
            "channelID": channel,
            "pushEndpoint": subscription.endpoint,
        }

    def _unregister(self, channel: str) -> None:
        for each in self.browsers:
            if each.channel == channel:
                del self.subscriptions[each.token]
                self._gone.add(each.token)

    def _acknowledge(self, updates: object) -> None:
        """Code 100 says: decrypted and delivered to the worker."""
        assert isinstance(updates, list)
        self.acknowledged.extend(each["channelID"] for each in updates if each.get("code", 100) == 100)


@contextmanager
def push_service(*, clock: Callable[[], float] = time.time) -> Iterator[PushService]:
    """A running service on free loopback ports; `clock` is what VAPID's `exp` is held against."""
    service = PushService(clock=clock)
    with (
        serve(service.talk, LOOPBACK, 0) as websocket,
        quiet_server(_handler(service)) as port,
    ):
        thread = threading.Thread(target=websocket.serve_forever, daemon=True)
        thread.start()
        service.origin = f"http://{LOOPBACK}:{port}"
        service.websocket_url = f"ws://{LOOPBACK}:{websocket.socket.getsockname()[1]}/"
        try:
            yield service
        finally:
            service.closing.set()
            websocket.shutdown()
            thread.join()


def _handler(service: PushService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            token = self.path.removeprefix(PATH)
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = service.answer(token, headers, body)
            match answer.behaviour:
                case "hang":
                    service.closing.wait()
                    self.close_connection = True
                case "reset":
                    # Closing with "linger 0" sends RST instead of FIN.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    self.close_connection = True
                case _:
                    self._write(answer)

        def _write(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
