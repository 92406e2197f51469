"""What a proxy says of a request counts as far as TRUSTED_PROXIES reaches; what a stranger says in its place never does."""

import pytest
from flask import Flask, request

from services.shared import database
from webapp import create_app

FORGED = {
    "X-Forwarded-For": "6.6.6.6, 203.0.113.9",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "for=6.6.6.6;host=evil.example",
    "X-Real-IP": "6.6.6.6",
}


@pytest.mark.parametrize("count, address, scheme", [("0", "10.0.0.9", "http"), ("1", "203.0.113.9", "https")])
def test_only_what_our_own_proxies_say_is_taken(
    app: Flask, environ: dict[str, str], count: str, address: str, scheme: str
) -> None:
    database.close()
    behind = create_app(environ | {"TRUSTED_PROXIES": count})
    seen: list[tuple[str | None, str, str]] = []
    behind.before_request(lambda: seen.append((request.remote_addr, request.scheme, request.host)))
    behind.test_client().get(
        "http://localhost:8000/staff/sign-in", headers=FORGED, environ_overrides={"REMOTE_ADDR": "10.0.0.9"}
    )
    assert seen == [(address, scheme, "localhost:8000")]
