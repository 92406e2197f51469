"""What the program logs: enough to find a fault, nothing to be read about people or to come in with."""

import json

import pytest
from flask import Flask

from tests.browse import Browser
from tests.cast import PASSWORD, Cast
from tests.kit.shop_logs import find_secrets
from webapp.web import logs

PLANTED = (
    "13800138000", "+8613800138000", "86 138 0013 8000", "138-0013-8000", "+447700900123", "88123456780112345679",
    "ABCD-EFGH-JKM9", "ck_y3b1IA3tM50yrg3s041sE58iJgQhSWZZOG4ntIhUz4E", "y3b1IA3tM50yrg3s041sE58iJgQhSWZZOG4ntIhUz4E",
)  # fmt: skip
PLAIN = ("/staff/members/1380013", "2026-11-22T20:53:42.527638Z", "order 12345678 of 2026-11-22", "webapp.web.errors line 88",
         "idempotency_key_reused", "10.0.0.9", "IntegrityError: UNIQUE constraint failed: members.phone")  # fmt: skip


@pytest.mark.parametrize("secret", PLANTED)
def test_a_secret_in_any_line_is_taken_out(secret: str) -> None:
    event = logs.redact(None, "", {"event": f"no {secret}!", "exception": f"ValueError: '{secret}'", "status": 500})
    assert event == {"event": "no …!", "exception": "ValueError: '…'", "status": 500}


@pytest.mark.parametrize("words", PLAIN)
def test_what_helps_to_find_a_fault_stays(words: str) -> None:
    assert logs.redact(None, "", {"event": words})["event"] == words


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The paths in the log since the last look."""
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    return [event["path"] for event in map(json.loads, lines) if "path" in event]


def test_paths_name_no_code_and_no_token(capsys: pytest.CaptureFixture[str], shop: Cast) -> None:
    owner = shop.browser("owner")
    logs.configure()  # to where the test listens
    for path in (
        "/r/abcdefghjk", "/member/coupons/gift/ABCDEFGHJKM9", "/join/abcdefghjk", "/staff/members/1?q=13800138000",
        "/api/v1/coupons/ABCDEFGHJKM9", "/nowhere/13800138000",
    ):  # fmt: skip
        owner.get(path)
    assert told(capsys) == [
        "/r/<token>", "/member/coupons/gift/<code>", "/join/<code>", "/staff/members/1", "/api/v1/coupons/<code>",
        "/nowhere/…",
    ]  # fmt: skip


def test_an_error_tells_where_and_not_of_whom(capsys: pytest.CaptureFixture[str], app: Flask) -> None:
    def broken() -> str:
        raise ValueError("no such phone: 13800138000")

    app.add_url_rule("/broken", "broken", broken)
    logs.configure()
    assert app.test_client().get("/broken").status_code == 500
    said = capsys.readouterr().err
    assert "ValueError: no such phone: …" in said
    assert "13800138000" not in said


def test_signing_in_leaves_no_secret(capsys: pytest.CaptureFixture[str], shop: Cast) -> None:
    browser = Browser(shop.app)
    logs.configure()
    browser.post("/staff/sign-in", username="xiaolin", password=PASSWORD)
    cookie = browser.client.get_cookie("ck_staff")
    said = capsys.readouterr().err
    assert "/staff/sign-in" in said
    assert cookie is not None
    assert cookie.value not in said
    assert PASSWORD not in said
    assert find_secrets(said, ("13800138000",)) == []
