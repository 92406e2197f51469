"""What the test push service keeps for each subscription, and the answers it can be told to give."""

import json
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from websockets.sync.server import ServerConnection

from tests.kit.push_rules import RuleBrokenError, to_base64url


@dataclass(frozen=True)
class Answer:
    """How the service answers one POST."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    behaviour: str = "answer"  # or "hang" (never a byte), "reset" (the connection breaks)

    @classmethod
    def try_later(cls, seconds: int, *, status: int = 429) -> "Answer":
        return cls(status, {"Retry-After": str(seconds)})

    @classmethod
    def redirect(cls, url: str) -> "Answer":
        return cls(307, {"Location": url})


ACCEPTED = Answer(201)
UNKNOWN = Answer(404)
GONE = Answer(410)
HANG = Answer(0, behaviour="hang")
RESET = Answer(0, behaviour="reset")


@dataclass(frozen=True)
class Received:
    """One POST as it came in. `status` is what was answered (0: nothing), `fault` the rule it broke, if any."""

    token: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    fault: str | None = None


class Subscription:
    """A subscription: where to send, and what the service shall answer."""

    def __init__(self, endpoint: str, *, application_key: str | None) -> None:
        self.endpoint = endpoint
        self.token = endpoint.rpartition("/")[2]
        self.application_key = application_key
        self._planned: deque[Answer] = deque()
        self._otherwise = ACCEPTED

    def will_answer(self, *answers: Answer, then: Answer = ACCEPTED) -> None:
        """Give these answers to the next sound messages, one each, afterwards always `then`."""
        self._planned = deque(answers)
        self._otherwise = then

    def next_answer(self) -> Answer:
        return self._planned.popleft() if self._planned else self._otherwise

    def take(self, body: bytes) -> None:
        """Hand an accepted message on; raises `RuleBrokenError` if it is not meant for this subscription."""
        raise NotImplementedError


class HeadlessSubscription(Subscription):
    """A subscriber without a browser: it has keys of its own, decrypts, and keeps what was said."""

    def __init__(self, endpoint: str, *, application_key: str | None) -> None:
        super().__init__(endpoint, application_key=application_key)
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = secrets.token_bytes(16)
        self.plaintexts: list[str] = []

    @property
    def info(self) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` gives in a browser."""
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": to_base64url(point), "auth": to_base64url(self._auth)},
        }

    @property
    def payloads(self) -> list[Any]:
        """The messages, read as JSON."""
        return [json.loads(text) for text in self.plaintexts]

    def take(self, body: bytes) -> None:
        try:
            plain = http_ece.decrypt(body, private_key=self._private, auth_secret=self._auth)
        except Exception as wrong:  # http_ece and cryptography raise many kinds; all mean: not for us
            raise RuleBrokenError(400, f"the body does not decrypt: {wrong!r}") from wrong
        self.plaintexts.append(plain.decode())


class BrowserSubscription(Subscription):
    """A browser's subscription: the encrypted body goes to the browser, which decrypts it."""

    def __init__(
        self, endpoint: str, *, application_key: str | None, channel: str, connection: ServerConnection
    ) -> None:
        super().__init__(endpoint, application_key=application_key)
        self.channel = channel
        self.connection = connection

    def take(self, body: bytes) -> None:
        notice = {
            "messageType": "notification",
            "channelID": self.channel,
            "version": secrets.token_hex(8),
            "data": to_base64url(body),
            "headers": {"encoding": "aes128gcm"},
        }
        self.connection.send(json.dumps(notice))
