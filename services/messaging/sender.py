"""One push over the wire: encrypted for the browser, signed for the service, through the one door."""

from datetime import datetime, timedelta
from typing import Any

from py_vapid import Vapid02

from services.messaging import rules
from services.messaging.rules import Answer
from services.shared import clock, http, runtime

VAPID_LIFE = timedelta(hours=12)
_NOT_STRICT = {"no-strict": True}  # its own pattern for `sub` refuses a port; we check PUSH_SUBJECT ourselves


def push(
    endpoint: str,
    p256dh: str,
    auth: str,
    told: dict[str, Any],
    *,
    urgency: str,
    topic: str | None,
    ttl: int,
) -> Answer:
    """Send one push. `ttl` in seconds, at least 1. Whatever the other side does is an answer, never an exception."""
    admitted = runtime.config().push_extra_hosts
    if not rules.endpoint_allowed(endpoint, admitted):  # checked when saved, and again at every send
        return Answer(0, words="this endpoint is not one of the services we send to")
    from pywebpush import WebPusher  # with an HTTP client of its own, 8 MiB: only who sends needs it

    subscription = {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}
    body = WebPusher(subscription).encode(rules.plaintext(told), "aes128gcm")["body"]
    headers = _headers(endpoint, urgency, topic, ttl) | _vapid(endpoint, clock.outside())
    try:
        said = http.post(endpoint, bytes(body), headers, admitted=admitted)
    except http.NoAnswer as error:
        return Answer(None, words=type(error.__cause__ or error).__name__)
    except http.BlockedAddress:
        return Answer(0, words="its address is private")
    words = "" if said.status < 300 else said.body[:200].decode("utf-8", "replace").strip()
    return Answer(said.status, said.headers.get("retry-after"), words)


def _headers(endpoint: str, urgency: str, topic: str | None, ttl: int) -> dict[str, str]:
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(max(1, ttl)),
        "Urgency": urgency,
    }
    if topic:
        headers["Topic"] = topic
    if rules.origin_of(endpoint).endswith(".notify.windows.com"):
        headers["X-WNS-Cache-Policy"] = "cache"
    return headers


def _vapid(endpoint: str, at: datetime) -> dict[str, str]:
    """A signature for this service alone: fresh claims each time, so that no `aud` leaks into the next (facts.md §5.4)."""
    claims = {
        "aud": rules.origin_of(endpoint),
        "exp": int((at + VAPID_LIFE).timestamp()),
        "sub": runtime.config().push_subject,
    }
    signer = Vapid02.from_string(runtime.keys().vapid)
    signer.conf = _NOT_STRICT
    signed: dict[str, str] = signer.sign(claims)
    return signed
