"""Push endpoints, keys, payloads and answers: pure. Sources: facts.md §5.2–5.5."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

# Hosts of the push services, as names and as endings (facts.md §5.5).
HOSTS = ("fcm.googleapis.com", "jmt17.google.com", "updates.push.services.mozilla.com", "web.push.apple.com")
ENDINGS = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
MOST_SUBSCRIPTIONS = 10
LONGEST_PLAINTEXT = 2800  # bytes; Android Firefox refused above about 2,847
RETRY = (15, 60, 300, 1800, 7200)  # seconds, then the last again until the message expires
LEASE = timedelta(minutes=2)

Outcome = Literal["sent", "gone", "retry", "shrink", "failed"]


def endpoint_allowed(endpoint: str, extra_hosts: tuple[str, ...] = ()) -> bool:
    """Whether we send there: https on 443 to a known service, or a host (`host:port`) that the operator admitted."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if len(endpoint) > 1000 or parts.username or parts.password or not host:
        return False
    if host in extra_hosts or f"{host}:{port}" in extra_hosts:
        return parts.scheme in {"http", "https"}
    if parts.scheme != "https" or port not in {None, 443}:
        return False
    return host in HOSTS or host.endswith(ENDINGS)


def keys_hold(p256dh: str, auth: str) -> bool:
    """Whether the browser's keys can be used: an uncompressed point on P-256 and 16 bytes of secret."""
    try:
        point, secret = _raw(p256dh), _raw(auth)
        if len(point) != 65 or len(secret) != 16:
            return False
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, binascii.Error):
        return False
    return True


def _raw(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def payload(*, title: str, body: str, navigate: str, tag: str, language: str, badge: int | None) -> dict[str, Any]:
    """A declarative push (facts.md §5.2): one form for every browser. `navigate` is absolute, the badge stands at the top."""
    notification = {
        "title": title,
        "body": body,
        "navigate": navigate,
        "tag": tag,
        "lang": "zh-CN" if language == "zh" else "en",
        "silent": False,
    }
    told: dict[str, Any] = {"web_push": 8030, "notification": notification, "mutable": True}
    return told | ({"app_badge": badge} if badge is not None else {})


def shrunk(told: dict[str, Any]) -> dict[str, Any]:
    """The same push with title and link alone."""
    return told | {"notification": told["notification"] | {"body": ""}}


def topic(tag: str) -> str:
    """A Topic header: at most 32 characters of base64url; a newer push of the same topic replaces an undelivered one."""
    return base64.urlsafe_b64encode(tag.encode()).decode().rstrip("=")[:32]


@dataclass(frozen=True)
class Answer:
    """What a push service said: None for no answer at all."""

    status: int | None
    retry_after: str | None = None


def outcome(answer: Answer) -> Outcome:
    """What to do with a delivery (facts.md §5.3)."""
    status = answer.status
    if status is None or status in {406, 408, 429} or status >= 500:
        return "retry"
    if 200 <= status < 300:
        return "sent"
    if status in {404, 410}:
        return "gone"
    return "shrink" if status == 413 else "failed"


def next_try(attempts: int, answer: Answer, at: datetime, jitter: int) -> datetime:
    """When to try again: what the service asked for, else a growing pause; `jitter` (0–100) spreads it by up to a quarter."""
    pause = RETRY[min(attempts, len(RETRY)) - 1]
    if answer.retry_after and answer.retry_after.isdigit():
        pause = max(pause, min(int(answer.retry_after), 86_400))
    return at + timedelta(seconds=pause + pause * jitter // 400)
