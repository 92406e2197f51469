"""Staff come in with user name and password, only so often with a wrong one, and are out when they should be."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.identity.rules import costs_the_same
from services.shared import clock, database
from services.signin import commands as signin
from services.signin.models import StaffSession
from tests.browse import Browser
from tests.cast import PASSWORD, Cast
from tests.conftest import NOON
from tests.selling import welcome_member
from tests.webapp.test_orders_at_once import at_once
from webapp import create_app
from webapp.web.people import MEMBER_COOKIE, STAFF_COOKIE

WRONG = "用户名或密码不对"
LATER = timedelta(minutes=15)


def enter(browser: Browser, username: str = "xiaolin", password: str = PASSWORD, **more: str) -> TestResponse:
    return browser.post("/staff/sign-in", username=username, password=password, **more)


def is_in(browser: Browser) -> bool:
    with browser.get("/staff/account") as answer:  # closed: only then it is noted that somebody was here
        return answer.status_code == 200


def actions(kind: str) -> list[str]:
    with database.reading() as session:
        found = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith(kind)))
        return list(found)


def sessions() -> list[StaffSession]:
    with database.reading() as session:
        return list(session.scalars(select(StaffSession).order_by(StaffSession.id)))


def test_the_right_password_opens_the_app(shop: Cast) -> None:
    browser = shop.browser()
    answer = enter(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/")
    assert is_in(browser)
    assert sessions()[0].store_id == shop.east.id
    assert actions("staff_sessions") == ["staff_sessions:create"]


@pytest.mark.parametrize("username", [" XiaoLin ", "XIAOLIN"])
def test_letter_case_of_the_user_name_does_not_matter(shop: Cast, username: str) -> None:
    assert enter(shop.browser(), username).status_code == 303


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(shop: Cast) -> None:
    wrong, unknown = (
        enter(shop.browser(), password="nothing"),
        enter(shop.browser(), username="nobody", password="nothing"),
    )
    pages = [re.sub(r'(nonce|value|content)="[^"]*"', "", answer.text) for answer in (wrong, unknown)]
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert pages[0] == pages[1]
    assert WRONG in wrong.text
    assert "Set-Cookie" not in wrong.headers or STAFF_COOKIE not in wrong.headers["Set-Cookie"]


def test_an_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    assert costs_the_same()


def test_what_was_typed_stays_but_never_the_password(shop: Cast) -> None:
    answer = enter(shop.browser(), password="my-secret-guess", next="/staff/members")
    assert 'value="xiaolin"' in answer.text
    assert 'value="/staff/members"' in answer.text
    assert "my-secret-guess" not in answer.text


def test_the_kitchen_comes_in_too(shop: Cast) -> None:
    browser = shop.browser()
    enter(browser, "laozhao")
    assert browser.get("/staff/", follow_redirects=True).status_code == 200


def test_a_disabled_person_is_out_at_once_and_stays_out(shop: Cast) -> None:
    browser, owner = shop.browser("cashier"), shop.browser("owner")
    assert is_in(browser)
    owner.post(f"/staff/people/{shop.staff['cashier'].id}/disable")
    assert not is_in(browser)
    assert browser.api("GET", "/api/v1/products").status_code == 401
    refused = enter(shop.browser())
    assert (refused.status_code, WRONG in refused.text) == (422, True)
    owner.post(f"/staff/people/{shop.staff['cashier'].id}/enable")
    assert not is_in(browser), "what was open before stays closed"
    assert enter(shop.browser()).status_code == 303


def test_ten_guesses_in_fifteen_minutes_are_enough(shop: Cast) -> None:
    for _ in range(10):
        assert enter(shop.browser(), password="guess").status_code == 422
    refused = enter(shop.browser())
    assert (refused.status_code, "试得太频繁了" in refused.text) == (429, True)
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert enter(shop.browser(), "xiaozhou").status_code == 303, "the others come in"
    with clock.stand_at(NOON + LATER):
        assert enter(shop.browser()).status_code == 303


def test_an_unknown_user_name_is_limited_like_a_known_one(shop: Cast) -> None:
    tries = [enter(shop.browser(), "nobody", "guess").status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]


@pytest.mark.parametrize("again", ["xiaolin ", "XIAOLIN", "　xiaolin"])
def test_another_way_to_write_the_name_gives_no_more_guesses(shop: Cast, again: str) -> None:
    for _ in range(10):
        enter(shop.browser(), password="guess")
    assert enter(shop.browser(), again, "guess").status_code == 429


def test_guesses_are_rows_that_outlive_the_process(shop: Cast, environ: dict[str, str]) -> None:
    for _ in range(10):
        enter(shop.browser(), password="guess")
    database.close()
    assert enter(Browser(create_app(environ)), password="guess").status_code == 429


def test_many_guesses_at_once_are_not_more(shop: Cast) -> None:
    browsers = [shop.browser() for _ in range(24)]
    tries = at_once(lambda number: enter(browsers[number], password=f"guess-{number}").status_code, 24)
    assert sorted(tries) == [422] * 10 + [429] * 14


def test_the_right_password_forgets_the_wrong_ones(shop: Cast) -> None:
    for _ in range(2):
        for _ in range(9):
            enter(shop.browser(), password="guess")
        assert enter(shop.browser()).status_code == 303


@pytest.mark.parametrize("onward", ["/staff/members", "/staff/members?q=%E6%9E%97", "/staff/orders/7"])
def test_one_goes_on_to_where_one_was_going(shop: Cast, onward: str) -> None:
    assert enter(shop.browser(), next=onward).headers["Location"] == onward


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "/staff//evil.example",
        "https://evil.example/staff/",
        "https:evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "\\\\evil.example",
        "/staff/\\evil.example",
        "/staff/..//evil.example",
        "/staff/../member/",
        "/member/",
        "/staff",
        "/staffroom/",
        " /staff/",
        "/staff/\nLocation: x",
        "/staff/\t/x",
        "",
    ],
)
def test_nothing_outside_the_staff_app_is_gone_on_to(shop: Cast, onward: str) -> None:
    assert enter(shop.browser(), next=onward).headers["Location"] == "/staff/"
    at_the_door = shop.browser("cashier").get("/staff/sign-in", query_string={"next": onward})
    assert (at_the_door.status_code, at_the_door.headers["Location"]) == (303, "/staff/")


def test_whoever_is_not_in_is_sent_to_the_door_and_back(shop: Cast) -> None:
    browser = shop.browser()
    sent = browser.get("/staff/members?q=lin")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/staff/sign-in?next=/staff/members?q%3Dlin")
    assert enter(browser, next="/staff/members?q=lin").headers["Location"] == "/staff/members?q=lin"


def test_a_fragment_asked_for_without_being_in_leads_the_page_to_the_door(shop: Cast) -> None:
    answer = shop.browser().get("/staff/members", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/staff/sign-in")


def test_signing_out_ends_the_session_on_the_server(shop: Cast) -> None:
    browser = shop.browser()
    enter(browser)
    kept = browser.client.get_cookie(STAFF_COOKIE)
    assert kept is not None
    answer = browser.post("/staff/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/sign-in")
    assert browser.client.get_cookie(STAFF_COOKIE) is None
    thief = Browser(shop.app, (STAFF_COOKIE, kept.value))
    assert (is_in(thief), thief.api("GET", "/api/v1/products").status_code) == (False, 401)
    assert actions("staff_sessions") == ["staff_sessions:create", "staff_sessions:revoke"]


def test_signing_out_needs_the_form_token(shop: Cast) -> None:
    browser = shop.browser("cashier")
    assert browser.client.post("/staff/sign-out").status_code == 400
    assert is_in(browser)


def test_signing_in_anew_ends_the_former_session_of_this_browser(shop: Cast) -> None:
    browser = shop.browser("owner")
    former = browser.client.get_cookie(STAFF_COOKIE)
    assert former is not None
    enter(browser)
    assert browser.client.get_cookie(STAFF_COOKIE) != former
    assert not is_in(Browser(shop.app, (STAFF_COOKIE, former.value)))


def test_a_session_ends_after_a_long_day(shop: Cast) -> None:
    browser = shop.browser()
    enter(browser)
    for hours in (7.9, 15.8, 15.9):
        with clock.stand_at(NOON + timedelta(hours=hours)):
            assert is_in(browser)
    with clock.stand_at(NOON + timedelta(hours=16)):
        assert not is_in(browser)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(shop: Cast) -> None:
    cookie = next(line for line in enter(shop.browser()).headers.getlist("Set-Cookie") if line.startswith(STAFF_COOKIE))
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=57600"} <= set(cookie.split("; "))
    assert "Secure" not in cookie, "this shop is served over plain http"


def test_over_https_the_cookie_never_travels_in_clear(environ: dict[str, str], shop: Cast) -> None:
    database.close()
    app = create_app(environ | {"PUBLIC_ORIGIN": "https://xiaoman.example"})
    answer = app.test_client().get("/staff/sign-in", base_url="https://xiaoman.example")
    assert "Secure" in answer.headers["Set-Cookie"]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)
    assert token is not None
    entered = _enter_over_https(app, answer, token[1])
    assert all("Secure" in line for line in entered.headers.getlist("Set-Cookie"))
    assert any(line.startswith(f"__Host-{STAFF_COOKIE}=") for line in entered.headers.getlist("Set-Cookie"))


def _enter_over_https(app: Flask, page: TestResponse, token: str) -> TestResponse:
    client = app.test_client()
    name, _, value = page.headers["Set-Cookie"].split(";")[0].partition("=")
    client.set_cookie(name, value, domain="xiaoman.example")
    fields = {"username": "xiaolin", "password": PASSWORD, "csrf_token": token}
    headers = {"Referer": "https://xiaoman.example/staff/sign-in"}
    return client.post("/staff/sign-in", data=fields, base_url="https://xiaoman.example", headers=headers)


def test_the_cookie_is_kept_as_a_hash(shop: Cast) -> None:
    browser = shop.browser()
    enter(browser)
    cookie = browser.client.get_cookie(STAFF_COOKIE)
    assert cookie is not None
    assert cookie.value not in sessions()[0].token_hash


def test_a_staff_cookie_opens_nothing_of_the_members(shop: Cast) -> None:
    cookie = shop.browser("owner").client.get_cookie(STAFF_COOKIE)
    assert cookie is not None
    for name in (STAFF_COOKIE, MEMBER_COOKIE):
        browser = Browser(shop.app, (name, cookie.value))
        assert browser.get("/member/").headers["Location"].startswith("/member/sign-in")
        assert browser.api("GET", "/api/v1/me/messages").status_code == 401


def test_a_member_cookie_opens_nothing_of_the_staff(shop: Cast) -> None:
    cookie = shop.phone(welcome_member(NOON)).client.get_cookie(MEMBER_COOKIE)
    assert cookie is not None
    for name in (STAFF_COOKIE, MEMBER_COOKIE):
        browser = Browser(shop.app, (name, cookie.value))
        assert browser.get("/staff/account").headers["Location"].startswith("/staff/sign-in")
        assert browser.api("GET", "/api/v1/products").status_code == 401
        assert browser.api("GET", "/api/v1/staff/push-subscriptions").status_code == 401


def test_the_owner_works_in_any_store(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert owner.post("/staff/store", store=str(shop.south.id)).status_code == 303
    assert sessions()[-1].store_id == shop.south.id


@pytest.mark.parametrize("store", ["2", "999", "x", "", "-1", str(2**70)])
def test_a_cashier_stays_in_their_store(shop: Cast, store: str) -> None:
    cashier = shop.browser("cashier")
    assert cashier.post("/staff/store", store=store).status_code in {404, 422}
    assert sessions()[-1].store_id == shop.east.id


def test_after_signing_in_one_works_where_one_worked_last(shop: Cast) -> None:
    owner = shop.browser("owner")
    owner.post("/staff/store", store=str(shop.south.id))
    enter(shop.browser(), "aman")
    assert sessions()[-1].store_id == shop.south.id


def test_who_is_moved_to_another_store_no_longer_works_in_the_old_one(shop: Cast) -> None:
    cashier, owner = shop.browser("cashier"), shop.browser("owner")
    fields = {"name": "小林", "role": "cashier", "stores[]": str(shop.south.id)}
    assert owner.post(f"/staff/people/{shop.staff['cashier'].id}", **fields).status_code == 303
    scanned = {"code": "100000422", "store": str(shop.east.id)}
    assert cashier.api("POST", "/api/v1/scans", scanned).status_code == 403
    assert cashier.api("POST", "/api/v1/scans", scanned | {"store": str(shop.south.id)}).status_code == 404


def test_being_here_is_noted_once_in_ten_minutes(shop: Cast) -> None:
    browser = shop.browser("cashier")
    for minutes in (9, 10, 15):
        with clock.stand_at(NOON + timedelta(minutes=minutes)), browser.get("/staff/account") as answer:
            assert answer.status_code == 200
    assert sessions()[-1].seen_at == NOON + timedelta(minutes=10)
    assert sessions()[-1].expires_at == NOON + timedelta(minutes=10) + signin.sessions.STAFF_IDLE
    assert "staff_sessions:change" not in actions("staff_sessions")


def test_a_session_that_is_over_is_not_brought_back_by_being_noted(shop: Cast) -> None:
    browser = shop.browser("cashier")
    with clock.stand_at(NOON + timedelta(minutes=11)), browser.post("/staff/sign-out"):
        pass
    assert (sessions()[-1].seen_at, sessions()[-1].revoked_at) == (NOON, NOON + timedelta(minutes=11))
