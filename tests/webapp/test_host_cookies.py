"""Over https cookies have names that no other host can give; who was signed in before that stays signed in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.signin import commands as signin
from tests.cast import PASSWORD, Cast
from tests.selling import welcome_member
from webapp import create_app
from webapp.web.host_cookies import UNTIL, names_within

HOST, ORIGIN = "xiaoman.example", "https://xiaoman.example"


@pytest.fixture
def secure(environ: dict[str, str], shop: Cast) -> Flask:
    """The shop of the cast, behind https."""
    database.close()
    return create_app(environ | {"PUBLIC_ORIGIN": ORIGIN})


def client(app: Flask, **cookies: str) -> FlaskClient:
    made = app.test_client()
    for name, value in cookies.items():
        made.set_cookie(name, value, domain=HOST, secure=True)
    return made


def get(browser: FlaskClient, path: str) -> TestResponse:
    return browser.get(path, base_url=ORIGIN)


def given(answer: TestResponse) -> dict[str, set[str]]:
    """Cookies of an answer by name, with what is said of each."""
    lines = [line.split("; ") for line in answer.headers.getlist("Set-Cookie")]
    return {first.partition("=")[0]: set(rest) for first, *rest in lines}


def staff_secret(shop: Cast) -> str:
    with database.transaction() as session:
        return signin.open_staff_session(
            session, shop.staff["owner"].id, store_id=shop.east.id, browser="", actor=shop.owner, at=shop.at
        )


def member_secret(shop: Cast) -> str:
    member = welcome_member(shop.at)
    with database.transaction() as session:
        return signin.open_member_session(session, member.id, browser="", actor=SYSTEM, at=shop.at)


def is_in(answer: TestResponse) -> bool:
    return answer.status_code == 200


def test_every_cookie_over_https_belongs_to_this_host_alone(secure: Flask) -> None:
    browser = client(secure)
    page = get(browser, "/staff/sign-in")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    fields = {"username": "xiaolin", "password": PASSWORD, "csrf_token": token[1]}
    entered = browser.post("/staff/sign-in", data=fields, base_url=ORIGIN, headers={"Origin": ORIGIN})
    for answer, name in ((page, "__Host-ck_form"), (entered, "__Host-ck_staff")):
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= given(answer)[name]
        assert all(each.startswith("__Host-") for each in given(answer))
        assert not any(said.startswith("Domain") for said in given(answer)[name])
    assert is_in(get(browser, "/staff/account"))


def test_over_plain_http_names_have_no_prefix_because_browsers_would_refuse_it(shop: Cast) -> None:
    assert set(given(shop.client().get("/staff/sign-in"))) == {"ck_form"}


@pytest.mark.parametrize("app_name", ["staff", "member"])
def test_who_was_signed_in_before_stays_signed_in_under_the_new_name(secure: Flask, shop: Cast, app_name: str) -> None:
    secret = staff_secret(shop) if app_name == "staff" else member_secret(shop)
    browser = client(secure, **{f"ck_{app_name}": secret})
    first = get(browser, "/staff/account" if app_name == "staff" else "/member/")
    assert is_in(first)
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= given(first)[f"__Host-ck_{app_name}"]
    kept = browser.get_cookie(f"__Host-ck_{app_name}", domain=HOST)
    assert (kept is not None and kept.value, browser.get_cookie(f"ck_{app_name}", domain=HOST)) == (secret, None)
    second = get(browser, "/staff/account" if app_name == "staff" else "/member/")
    assert is_in(second)
    assert f"__Host-ck_{app_name}" not in given(second), "once"


def test_signing_out_with_a_cookie_from_before_leaves_none(secure: Flask, shop: Cast) -> None:
    browser = client(secure, ck_staff=staff_secret(shop))
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', get(browser, "/staff/account").text)
    assert token is not None
    browser.post("/staff/sign-out", data={"csrf_token": token[1]}, base_url=ORIGIN, headers={"Origin": ORIGIN})
    assert browser.get_cookie("__Host-ck_staff", domain=HOST) is None
    assert browser.get_cookie("ck_staff", domain=HOST) is None
    assert not is_in(get(browser, "/staff/account"))


def test_a_planted_plain_name_never_stands_before_the_own_one(secure: Flask, shop: Cast) -> None:
    own = staff_secret(shop)
    browser = client(secure, **{"ck_staff": "planted", "__Host-ck_staff": own})
    assert is_in(get(browser, "/staff/account"))


def test_some_day_the_plain_names_are_over(secure: Flask, shop: Cast) -> None:
    with clock.stand_at(UNTIL - timedelta(hours=1)):
        with database.transaction() as session:
            secret = signin.open_staff_session(
                session, shop.staff["owner"].id, store_id=None, browser="", actor=shop.owner, at=clock.now()
            )
        assert is_in(get(client(secure, ck_staff=secret), "/staff/account"))
    with clock.stand_at(UNTIL):
        assert not is_in(get(client(secure, ck_staff=secret), "/staff/account"))
        assert is_in(get(client(secure, **{"__Host-ck_staff": secret}), "/staff/account"))


def test_a_staff_cookie_under_any_name_opens_nothing_of_the_members(secure: Flask, shop: Cast) -> None:
    staff, member = staff_secret(shop), member_secret(shop)
    for name in ("ck_staff", "ck_member", "__Host-ck_staff", "__Host-ck_member"):
        assert not is_in(get(client(secure, **{name: staff}), "/member/"))
        assert not is_in(get(client(secure, **{name: member}), "/staff/account"))


@pytest.mark.parametrize(
    "sent, read",
    [
        ([("__Host-ck_staff", "a"), ("ck_staff", "b")], [("ck_staff", "a")]),
        ([("ck_staff", "b"), ("ck_staff", "c")], [("ck_staff", "b")]),
        ([("lang", "en"), ("__Host-other", "x")], [("lang", "en"), ("__Host-other", "x")]),
        ([("ck_device", "planted")], []),
    ],
)
def test_names_within(sent: Any, read: Any) -> None:
    assert names_within(sent, keep_former=True)[0] == read
