"""A page of another site cannot act for whoever looks at it: every route that changes something wants its own origin and the token.

The routes are the product's own table; nothing is written where a request is refused.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from services.shared import database
from services.shared.database import Model
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import Till, open_till
from tests.webapp import hostile
from webapp import create_app

UNSAFE = ("DELETE", "PATCH", "POST", "PUT")
# Cookies count for nothing there: each sale carries the signed credential of whoever sold.
WITHOUT_COOKIES = {"/api/v1/offline-sales"}
OWN = "http://localhost"
FOREIGN: tuple[dict[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
)
MORE_FOREIGN: tuple[dict[str, str], ...] = (
    *FOREIGN,
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
    {"Origin": "http://evil.example/http://localhost"},
    {"Origin": "http://localhost@evil.example"},
    {"Origin": "file://"},
    {"Origin": ""},
    {"Origin": "localhost"},
    {"Origin": "http://[::1"},
    {"Origin": "http://localhost:99999999"},
    {"Origin": "chrome-extension://abcdefgh"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
)


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def unsafe_ways(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method of every route that may change something, on behalf of a cookie."""
    for rule in app.url_map.iter_rules():
        if rule.rule not in WITHOUT_COOKIES:
            yield from ((method, rule) for method in UNSAFE if method in (rule.methods or ()))


def written() -> dict[str, list[Any]]:
    """Every row there is."""
    with database.reading() as session:
        tables = Model.metadata.sorted_tables
        return {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}


def send(browser: Browser, method: str, path: str, *, token: bool, headers: dict[str, str]) -> TestResponse:
    """As a browser sends it that was made to: cookies and all."""
    extra = {"X-CSRFToken": browser.form_token} if token else {}
    sent = {"json": {}} if path.startswith("/api/") else {"data": {"idempotency_key": str(uuid4())}}
    return browser.client.open(
        path,
        method=method,
        headers={"Idempotency-Key": str(uuid4())} | extra | headers,
        **sent,  # type: ignore[arg-type]
    )


@pytest.fixture
def people(till: Till) -> dict[bool, Browser]:
    """Who may do everything: the owner, and (True) a member at their own things."""
    return {False: till.shop.browser("owner"), True: till.shop.phone(till.member)}


def is_own(path: str) -> bool:
    """Whether this is about whoever is signed in to the member app."""
    return path.startswith(("/member", "/api/v1/me/"))


def test_no_route_that_changes_something_acts_for_another_site(app: Flask, people: dict[bool, Browser]) -> None:
    count, before = 0, written()
    for method, rule in unsafe_ways(app):
        path = hostile.address(rule, app="member")
        for headers in FOREIGN:
            refused = send(people[is_own(path)], method, path, token=True, headers=headers)
            assert refused.status_code == 403, (method, path, headers, refused.status_code)
            if path.startswith("/api/"):
                assert body(refused)["code"] == "foreign_origin", (method, path)
        unmarked = send(people[is_own(path)], method, path, token=False, headers={"Origin": OWN})
        assert unmarked.status_code == 400, (method, path, unmarked.status_code)
        count += 1
    assert count > 150
    for table, rows in written().items():
        assert rows == before[table], table


def test_a_token_of_somebody_else_is_none(till: Till, app: Flask) -> None:
    """The token is bound to the browser's own cookie: another's, an old one, a made-up one does not fit."""
    mine, stranger = till.shop.browser("owner"), till.shop.browser("cashier")
    for token in (stranger.form_token, mine.form_token[:-1], mine.form_token + "x", "x", "é", "null"):
        answer = mine.client.post("/staff/account/language", data={"csrf_token": token, "language": "en"})
        assert answer.status_code == 400, token
        headers = {"X-CSRFToken": token.encode().decode("latin-1"), "Idempotency-Key": str(uuid4())}
        assert mine.client.post("/api/v1/categories", json={"name": "x"}, headers=headers).status_code == 400, token


@pytest.mark.parametrize("headers", MORE_FOREIGN)
def test_what_is_not_our_own_address_is_foreign(till: Till, headers: dict[str, str]) -> None:
    browser = till.shop.browser("owner")
    for path in ("/staff/account/language", "/api/v1/categories"):
        assert send(browser, "POST", path, token=True, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "http://LOCALHOST"},
        {"Origin": "http://localhost:80"},
        {"Origin": "http://localhost:8000"},  # PUBLIC_ORIGIN
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_pages_go_on_working(till: Till, headers: dict[str, str]) -> None:
    """The control: what is refused above is taken from here."""
    browser = till.shop.browser("owner")
    sent = {"language": "zh", "csrf_token": browser.form_token, "idempotency_key": str(uuid4())}
    assert browser.client.post("/staff/account/language", data=sent, headers=headers).status_code == 303
    extra = {"X-CSRFToken": browser.form_token, "Idempotency-Key": str(uuid4())}
    answer = browser.client.post("/api/v1/categories", json={"name": "切件", "sort": 1}, headers=extra | headers)
    assert answer.status_code == 201


def test_the_address_in_the_shops_own_wifi_is_ours_too(till: Till) -> None:
    browser = till.shop.browser("owner")
    sent = {"language": "zh", "csrf_token": browser.form_token, "idempotency_key": str(uuid4())}
    at, cookies = (
        "192.168.1.20:8000",
        "; ".join(f"{each.key}={each.value}" for each in (browser.client._cookies or {}).values()),
    )
    plain = till.shop.app.test_client(use_cookies=False)
    for origin, status in ((f"http://{at}", 303), ("http://192.168.1.21:8000", 403), ("http://192.168.1.20", 403)):
        headers = {"Origin": origin, "Cookie": cookies}
        answer = plain.post("/staff/account/language", data=sent, headers=headers, base_url=f"http://{at}")
        assert answer.status_code == status, origin


def test_a_shop_with_https_takes_nothing_from_its_own_name_in_clear(till: Till, environ: dict[str, str]) -> None:
    database.close()
    there = "https://xiaoman.example"
    client = create_app(environ | {"PUBLIC_ORIGIN": there}).test_client()
    for origin, status in (("http://xiaoman.example", 403), ("https://xiaoman.example:8443", 403), (there, 400)):
        answer = client.post("/staff/sign-in", data={"username": "x"}, base_url=there, headers={"Origin": origin})
        assert answer.status_code == status, origin  # 400: the token is missing, which is asked for next


def test_behind_a_proxy_that_tells_no_name_the_public_address_counts(till: Till, environ: dict[str, str]) -> None:
    database.close()
    client = create_app(environ | {"PUBLIC_ORIGIN": "https://xiaoman.example"}).test_client()
    headers = {"Origin": "https://xiaoman.example"}
    answer = client.post("/staff/sign-in", data={"username": "x"}, base_url="http://127.0.0.1:8000", headers=headers)
    assert answer.status_code == 400


def test_a_program_with_a_token_has_no_cookies_to_misuse(till: Till) -> None:
    headers = till.shop.token("products:change") | {"Idempotency-Key": str(uuid4()), "Origin": "https://evil.example"}
    answer = till.shop.client().post("/api/v1/categories", json={"name": "切件", "sort": 1}, headers=headers)
    assert answer.status_code == 201


def test_what_comes_without_cookies_counts_for_whoever_it_names(till: Till) -> None:
    """The one route without the token: what a browser carries along does not matter there."""
    for path in WITHOUT_COOKIES:
        answer = send(till.shop.browser("owner"), "POST", path, token=False, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 422


def test_no_other_site_may_read_an_answer(app: Flask, people: dict[bool, Browser]) -> None:
    """No route gives itself away by CORS."""
    for method in ("GET", "OPTIONS"):
        for rule in app.url_map.iter_rules():
            path = hostile.address(rule, app="member")
            headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
            with people[is_own(path)].client.open(path, method=method, headers=headers) as answer:
                given = [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118
                assert not given, (method, path)


def test_data_loads_nothing_and_a_page_only_what_is_the_shops(shop: Cast) -> None:
    """Whatever an answer of the API is taken for, nothing in it runs; a page runs what carries its nonce, another one each time."""
    owner = shop.browser("owner")
    data = owner.api("GET", "/api/v1/members").headers["Content-Security-Policy"]
    assert data == "default-src 'none'; frame-ancestors 'none'"
    first, second = (owner.get("/staff/members").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second
    assert "'unsafe-inline'" not in first
    assert "script-src 'self' 'nonce-" in first
