"""Push endpoints, keys, payloads and answers: pure. Sources: facts.md §5.2–5.5."""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

# Hosts of the push services, as names and as endings (facts.md §5.5).
HOSTS = ("fcm.googleapis.com", "jmt17.google.com", "updates.push.services.mozilla.com", "web.push.apple.com")
ENDINGS = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
MOST_SUBSCRIPTIONS = 10
LONGEST_PLAINTEXT = 2800  # bytes; Android Firefox refused above about 2,847
LONGEST_ENDPOINT = 1000
RETRY = (15, 60, 300, 1800, 7200)  # seconds, then the last again until the message expires
LONGEST_PAUSE = 86_400  # seconds; whatever a service asks for
LEASE = timedelta(minutes=2)
REFUSALS, REFUSED_WITHIN = 3, timedelta(hours=72)  # so many 403 within this time: the device is dead (facts.md §5.3)
_PRINTABLE = re.compile(r"[!-\[\]-~]+")  # ASCII without space and backslash, which parsers read in different ways

Outcome = Literal["sent", "gone", "retry", "shrink", "refused", "failed"]


def endpoint_allowed(endpoint: str, extra_hosts: tuple[str, ...] = ()) -> bool:
    """Whether we send there: https on 443 to a known service, or a host (`host` or `host:port`) that the operator admitted."""
    if len(endpoint) > LONGEST_ENDPOINT or not _PRINTABLE.fullmatch(endpoint):
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if "@" in parts.netloc or not host:
        return False
    if host in extra_hosts or f"{host}:{port}" in extra_hosts:
        return parts.scheme in {"http", "https"}
    if parts.scheme != "https" or port not in {None, 443}:
        return False
    return host in HOSTS or (host.endswith(ENDINGS) and not host.startswith("."))


def origin_of(endpoint: str) -> str:
    """Scheme, host and port as a browser would write them: what a VAPID proof is made out to. Empty for what is no address."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, usual} else "")


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
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


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


def plaintext(told: dict[str, Any]) -> bytes:
    """The bytes to encrypt; with title and link alone where the whole would be too long for some phones."""
    whole = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    if len(whole) <= LONGEST_PLAINTEXT:
        return whole
    return json.dumps(shrunk(told), ensure_ascii=False, separators=(",", ":")).encode()


def shrunk(told: dict[str, Any]) -> dict[str, Any]:
    """The same push with title and link alone."""
    return told | {"notification": told["notification"] | {"body": ""}}


def topic(tag: str) -> str:
    """A Topic header: at most 32 characters of base64url; a newer push of the same topic replaces an undelivered one."""
    raw = tag.encode()
    short = raw if len(raw) <= 24 else hashlib.sha256(raw).digest()[:24]  # cut off, different tags would be one topic
    return base64.urlsafe_b64encode(short).decode().rstrip("=")


@dataclass(frozen=True)
class Answer:
    """What a push service said: `status` None for no answer at all, 0 when we did not ask; `words` say why."""

    status: int | None
    retry_after: str | None = None
    words: str = ""

    @property
    def reason(self) -> str:
        """For the delivery's row, and for whoever looks into it."""
        said = "no answer" if self.status is None else f"status {self.status}" if self.status else "not sent"
        return f"{said}: {self.words}"[:300] if self.words else said


def outcome(answer: Answer) -> Outcome:
    """What to do with a delivery (facts.md §5.3)."""
    status = answer.status
    if status is None or status in {406, 408, 429} or status >= 500:
        return "retry"
    if 200 <= status < 300:
        return "sent"
    if status in {404, 410}:
        return "gone"
    if status == 403:
        return "refused"
    return "shrink" if status == 413 else "failed"


def count_refusal(failures: int, since: datetime | None, at: datetime) -> tuple[int, datetime]:
    """How many refusals a device has with this one, and since when; what lies too far back begins anew."""
    if since is None or at - since > REFUSED_WITHIN:
        return 1, at
    return failures + 1, since


def next_try(attempts: int, answer: Answer, at: datetime, jitter: int) -> datetime:
    """When to try again: what the service asked for, else a growing pause; `jitter` (0–100) spreads it by up to a quarter."""
    pause = RETRY[max(0, min(attempts, len(RETRY)) - 1)]
    pause = max(pause, min(_asked(answer.retry_after, at), LONGEST_PAUSE))
    return at + timedelta(seconds=pause + pause * jitter // 400)


def _asked(retry_after: str | None, at: datetime) -> int:
    """Seconds of a Retry-After header: a number, or a date by which to come back; 0 for anything else."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    try:
        return max(0, int((parsedate_to_datetime(text) - at).total_seconds()))
    except (ValueError, TypeError):
        return 0
