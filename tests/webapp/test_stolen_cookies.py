"""Whoever took a copy of a cookie is out with the one it belongs to, at the very next request; nobody can be made to use another's.

Each way out is tried with the page and with the program behind it, in both apps; the doors come from the route table.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from services.identity import commands as identity
from services.members import commands as members
from services.members.models import Member
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.signin import commands as signin
from services.signin.models import MemberSession, StaffSession
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.selling import welcome_member
from tests.webapp import hostile
from webapp.web.people import MEMBER_COOKIE, STAFF_COOKIE

NEW = "quite-another-password"
STAFF_DOORS = ("/staff/account", "/staff/", "/staff/members", "/api/v1/products", "/api/v1/staff/push-subscriptions")
MEMBER_DOORS = ("/member/", "/member/me", "/member/points", "/api/v1/me/messages", "/api/v1/me/devices")


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    return welcome_member(shop.at)


def cookie_of(browser: Browser, name: str) -> str:
    """The secret that a thief would copy."""
    found = browser.client.get_cookie(name)
    assert found is not None
    return found.value


def copy_of(browser: Browser, name: str = STAFF_COOKIE) -> Browser:
    """The thief: another browser with the same cookie."""
    return Browser(browser.client.application, (name, cookie_of(browser, name)))


def open_doors(browser: Browser) -> set[str]:
    """Which pages and programs let this browser in."""
    found = set()
    for path in (*STAFF_DOORS, *MEMBER_DOORS):
        with browser.get(path) as answer:
            assert answer.status_code == 200 or _is_shut(path, answer.status_code, answer.headers.get("Location", ""))
            found |= {path} if answer.status_code == 200 else set()
    return found


def _is_shut(path: str, status: int, onward: str) -> bool:
    return status == 401 if path.startswith("/api/") else status in {302, 303} and "/sign-in" in onward


def sign_out(shop: Cast, browser: Browser) -> None:
    browser.post("/staff/sign-out")


def be_disabled(shop: Cast, browser: Browser) -> None:
    shop.browser("owner").post(f"/staff/people/{shop.staff['cashier'].id}/disable")


def be_given_another_password(shop: Cast, browser: Browser) -> None:
    shop.browser("owner").post(f"/staff/people/{shop.staff['cashier'].id}/password", password=NEW)


def change_the_own_password(shop: Cast, browser: Browser) -> None:
    browser.post("/staff/account/password", present=PASSWORD, password=NEW)


def change_the_own_password_elsewhere(shop: Cast, browser: Browser) -> None:
    shop.browser("cashier").post("/staff/account/password", present=PASSWORD, password=NEW)


def end_it_from_another_device(shop: Cast, browser: Browser) -> None:
    shop.browser("cashier").post(f"/staff/account/sessions/{staff_session(shop)}/revoke")


def end_it_as_the_owner(shop: Cast, browser: Browser) -> None:
    shop.browser("owner").post(f"/staff/people/{shop.staff['cashier'].id}/sessions/{staff_session(shop)}/revoke")


def end_it_as_a_program(shop: Cast, browser: Browser) -> None:
    headers = shop.token() | {"Idempotency-Key": str(uuid4())}
    answer = shop.client().delete(f"/api/v1/sessions/{staff_session(shop)}", headers=headers)
    assert answer.status_code == 204, answer.text


def sign_in_anew(shop: Cast, browser: Browser) -> None:
    browser.post("/staff/sign-in", username="xiaolin", password=PASSWORD)


def staff_session(shop: Cast) -> int:
    """The cashier's first session."""
    with database.reading() as session:
        mine = StaffSession.staff_id == shop.staff["cashier"].id
        return session.scalars(select(StaffSession.id).where(mine).order_by(StaffSession.id)).first() or 0


@pytest.mark.parametrize(
    "way",
    [
        sign_out,
        be_disabled,
        be_given_another_password,
        change_the_own_password,
        change_the_own_password_elsewhere,
        end_it_from_another_device,
        end_it_as_the_owner,
        end_it_as_a_program,
        sign_in_anew,
    ],
)
def test_a_stolen_staff_cookie_ends_with_its_session(shop: Cast, way: Callable[[Cast, Browser], None]) -> None:
    browser = shop.browser("cashier")
    thief = copy_of(browser)
    assert open_doors(thief) == set(STAFF_DOORS), "the control: until then the copy is as good as the cookie"
    way(shop, browser)
    assert open_doors(thief) == set()
    for method, path in (
        ("POST", "/api/v1/quotes"),
        ("POST", "/api/v1/scans"),
        ("DELETE", "/api/v1/staff/push-subscriptions"),
    ):
        assert thief.api(method, path, {}).status_code == 401
    assert thief.post("/staff/account/language", language="en").headers["Location"].startswith("/staff/sign-in")


def test_who_changes_the_own_password_goes_on_under_a_new_cookie(shop: Cast) -> None:
    browser = shop.browser("cashier")
    before = cookie_of(browser, STAFF_COOKIE)
    answer = browser.post("/staff/account/password", present=PASSWORD, password=NEW)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/account")
    given = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith(STAFF_COOKIE))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(given.split("; "))
    assert (cookie_of(browser, STAFF_COOKIE) != before, open_doors(browser)) == (True, set(STAFF_DOORS))
    wrong = browser.post("/staff/account/password", present=PASSWORD, password="something-else-again")
    assert (wrong.status_code, STAFF_COOKIE in str(wrong.headers.getlist("Set-Cookie"))) == (422, False)


@pytest.mark.parametrize("hours", [8, 16])
def test_a_stolen_staff_cookie_is_no_longer_good_than_the_day(shop: Cast, hours: int) -> None:
    thief = copy_of(shop.browser("cashier"))
    with clock.stand_at(shop.at + timedelta(hours=hours)):
        assert open_doors(thief) == set()


def leave(shop: Cast, browser: Browser, member: Member) -> None:
    browser.post("/member/sign-out")


def end_it_from_another_phone(shop: Cast, browser: Browser, member: Member) -> None:
    shop.phone(member).post(f"/member/me/sessions/{member_session()}/revoke")


def end_all_others(shop: Cast, browser: Browser, member: Member) -> None:
    shop.phone(member).post("/member/me/sessions/revoke")


def end_it_by_program(shop: Cast, browser: Browser, member: Member) -> None:
    assert shop.phone(member).api("DELETE", f"/api/v1/me/sessions/{member_session()}").status_code == 204


def be_archived(shop: Cast, browser: Browser, member: Member) -> None:
    with database.transaction() as session:
        members.archive_member(session, member.id, actor=shop.owner, at=shop.at)


def come_in_anew(shop: Cast, browser: Browser, member: Member) -> None:
    with database.transaction() as session:
        code = signin.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=shop.at)
        session.execute(update(Member).values(phone_verified_at=shop.at))
    assert browser.post("/member/sign-in", phone="13800138000", code=code.digits).status_code == 303


def prove_the_phone_elsewhere(shop: Cast, browser: Browser, member: Member) -> None:
    """A stranger had joined with the number; its owner comes."""
    with database.transaction() as session:
        code = signin.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=shop.at)
    assert shop.browser().post("/member/sign-in", phone="13800138000", code=code.digits).status_code == 303


def member_session() -> int:
    """The first session of the only member."""
    with database.reading() as session:
        return session.scalars(select(MemberSession.id).order_by(MemberSession.id)).first() or 0


@pytest.mark.parametrize(
    "way",
    [
        leave,
        end_it_from_another_phone,
        end_all_others,
        end_it_by_program,
        be_archived,
        come_in_anew,
        prove_the_phone_elsewhere,
    ],
)
def test_a_stolen_member_cookie_ends_with_its_session(
    shop: Cast, xiaoman: Member, way: Callable[[Cast, Browser, Member], None]
) -> None:
    browser = shop.phone(xiaoman)
    thief = copy_of(browser, MEMBER_COOKIE)
    assert open_doors(thief) == set(MEMBER_DOORS), "the control"
    code = body(thief.api("POST", "/api/v1/me/codes"))["code"]
    way(shop, browser, xiaoman)
    assert open_doors(thief) == set()
    assert thief.api("POST", "/api/v1/me/codes").status_code == 401
    scanned = shop.browser("cashier").api("POST", "/api/v1/scans", {"code": code, "store": str(shop.east.id)})
    assert scanned.status_code == 404, "nor is a code that the phone made before"


def test_a_token_that_was_taken_back_opens_nothing(shop: Cast) -> None:
    headers = shop.token("products:read")
    assert shop.client().get("/api/v1/products", headers=headers).status_code == 200
    with database.transaction() as session:
        assert identity.revoke_tokens(session, "test", actor=SYSTEM, at=shop.at) == 1
    assert shop.client().get("/api/v1/products", headers=headers).status_code == 401


# ---- fixation


@pytest.mark.parametrize("planted", ["x" * 43, "", "a; ck_staff=b", "é" * 20, "0" * 3000])
def test_a_cookie_from_before_is_never_the_session_after(shop: Cast, xiaoman: Member, planted: str) -> None:
    with database.transaction() as session:
        code = signin.issue_signin_code(session, xiaoman.id, way="staff", actor=shop.cashier, at=shop.at)
    for name, path, sent in (
        (STAFF_COOKIE, "/staff/sign-in", {"username": "xiaolin", "password": PASSWORD}),
        (MEMBER_COOKIE, "/member/sign-in", {"phone": "13800138000", "code": code.digits}),
    ):
        browser = shop.browser()
        browser.client.set_cookie(name, planted)
        assert browser.post(path, **sent).status_code == 303
        assert cookie_of(browser, name) not in {planted, ""}
        assert open_doors(browser) != set()
        assert open_doors(Browser(shop.app, (name, planted))) == set()


def test_a_cookie_that_a_thief_planted_is_over_when_its_victim_signs_in(shop: Cast) -> None:
    """The thief has a session of their own (here the kitchen's) and makes the owner's browser use it."""
    thief = shop.browser("kitchen")
    victim = Browser(shop.app, (STAFF_COOKIE, cookie_of(thief, STAFF_COOKIE)))
    assert victim.post("/staff/sign-in", username="aman", password=PASSWORD).status_code == 303
    assert 'value="aman"' in victim.get("/staff/account").text
    assert open_doors(thief) == set()
    assert cookie_of(victim, STAFF_COOKIE) != cookie_of(thief, STAFF_COOKIE)


def test_no_address_brings_a_session_along(shop: Cast) -> None:
    secret = cookie_of(shop.browser("owner"), STAFF_COOKIE)
    for name in (STAFF_COOKIE, "session", "sid", "token", "access_token", "jsessionid"):
        assert shop.browser().get(f"/staff/account?{name}={secret}").status_code == 303
        assert shop.client().get("/api/v1/products", query_string={name: secret}).status_code == 401
        assert shop.client().get("/api/v1/products", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_every_sign_in_has_a_secret_of_its_own(shop: Cast) -> None:
    secrets = set()
    for _ in range(5):
        browser = shop.browser()
        browser.post("/staff/sign-in", username="xiaolin", password=PASSWORD)
        secrets.add(cookie_of(browser, STAFF_COOKIE))
    assert len(secrets) == 5
    assert min(map(len, secrets)) >= 40


# ---- one app's session is none of the other's


def guarded(app: Flask, own: bool) -> Iterator[tuple[str, Rule]]:
    """Every method of every route of the member app (`own`) or of the staff app and its API, but for what is public."""
    for rule in app.url_map.iter_rules():
        view: object = app.view_functions[rule.endpoint]
        guard = ""
        while not guard and view is not None:
            guard, view = str(getattr(view, "__guard__", "")), getattr(view, "__wrapped__", None)
        mine = guard in {"member", "api member"}
        if guard and not guard.startswith("public") and mine == own:
            yield from ((method, rule) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


@pytest.mark.parametrize("side", ["staff", "member"])
def test_a_session_opens_nothing_of_the_other_app(shop: Cast, app: Flask, xiaoman: Member, side: str) -> None:
    """With the cookie under its own name and under the other's, at every route of the other app."""
    browser = shop.browser("owner") if side == "staff" else shop.phone(xiaoman)
    secret = cookie_of(browser, STAFF_COOKIE if side == "staff" else MEMBER_COOKIE)
    thieves = [Browser(shop.app, (name, secret)) for name in (STAFF_COOKIE, MEMBER_COOKIE)]
    count = 0
    for method, rule in guarded(app, own=side == "staff"):
        path = hostile.address(rule, app="member" if side == "staff" else "staff")
        for thief in thieves:
            headers = {"X-CSRFToken": thief.form_token, "Idempotency-Key": str(uuid4())}
            with thief.client.open(path, method=method, headers=headers) as answer:
                shut = _is_shut(path, answer.status_code, answer.headers.get("Location", ""))
                assert shut, (method, path, answer.status_code)
        count += 1
    assert count > (30 if side == "staff" else 150)


@pytest.mark.parametrize("side", ["staff", "member"])
def test_a_token_opens_no_page_and_nothing_of_a_members_own(shop: Cast, app: Flask, side: str) -> None:
    headers = shop.token()
    for method, rule in guarded(app, own=side == "member"):
        path = hostile.address(rule, app="member")
        own = "/staff/" in rule.rule and "/staff/<" not in rule.rule
        if rule.rule.startswith("/api/v1/") and side == "staff" and not own:
            continue  # these are what tokens are for
        sent = {"csrf_token": (browser := shop.browser()).form_token}
        with browser.client.open(path, method=method, headers=headers, data=sent) as answer:
            refused = _is_shut(path, answer.status_code, answer.headers.get("Location", ""))
            assert refused or answer.status_code == 403, (method, path, answer.status_code)
