"""One push over the wire: encrypted for the browser, signed for the service, through the one door."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from py_vapid import Vapid02
from pywebpush import WebPusher

from services.messaging import rules
from services.messaging.rules import Answer
from services.shared import http, runtime

VAPID_LIFE = timedelta(hours=12)


def push(
    endpoint: str,
    p256dh: str,
    auth: str,
    told: dict[str, Any],
    *,
    urgency: str,
    topic: str | None,
    ttl: int,
    at: datetime,
) -> Answer:
    """Send one push. `ttl` in seconds, at least 1. Never raises for what the other side does: that is an answer."""
    config = runtime.config()
    if not rules.endpoint_allowed(endpoint, config.push_extra_hosts):  # checked when saved, and again at every send
        return Answer(403)
    subscription = {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}
    body = WebPusher(subscription).encode(json.dumps(told, ensure_ascii=False).encode(), "aes128gcm")["body"]
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(max(1, ttl)),
        "Urgency": urgency,
        **({"Topic": topic} if topic else {}),
        **(
            {"X-WNS-Cache-Policy": "cache"}
            if (urlsplit(endpoint).hostname or "").endswith(".notify.windows.com")
            else {}
        ),
        **_vapid(endpoint, at),
    }
    try:
        said = http.post(endpoint, bytes(body), headers, admitted=config.push_extra_hosts)
    except (http.NoAnswer, http.BlockedAddress):
        return Answer(None)
    return Answer(said.status, said.headers.get("retry-after"))


def _vapid(endpoint: str, at: datetime) -> dict[str, str]:
    """A signature for this service alone: fresh claims each time, so that no `aud` leaks into the next (facts.md §5.4)."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + VAPID_LIFE).timestamp()),
        "sub": runtime.config().push_subject,
    }
    signed: dict[str, str] = Vapid02.from_string(runtime.keys().vapid).sign(claims)
    return signed
