"""两步登录: after the password a code of an app, or one on paper; each once, on the browser that was asked, and only so many guesses."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.shared import clock, database
from services.signin import totp
from services.signin.models import Authenticator, RecoveryCode, SecondStep
from services.stores import commands as stores
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.conftest import NOON
from tests.webapp.test_orders_at_once import at_once
from tests.webapp.test_staff_signin import enter, is_in
from webapp import create_app

DOOR = "/staff/sign-in/second"
OWN = "/staff/account/second-step"
LATER = timedelta(minutes=2)


def digits(secret: str, at: object = None) -> str:
    return pyotp.TOTP(secret).at(at or clock.now())  # type: ignore[arg-type]


def set_up(browser: Browser) -> str:
    """The secret of an app that counts."""
    assert browser.post(OWN, password=PASSWORD).status_code == 303
    secret = str(body(browser.api("GET", "/api/v1/staff/second-step"))["secret"])
    assert browser.post(f"{OWN}/confirm", code=digits(secret)).status_code == 303
    return secret


@pytest.fixture
def secret(shop: Cast) -> str:
    """That of 小周, manager of 东湖, who set it up two minutes ago."""
    with clock.stand_at(NOON - LATER):
        return set_up(shop.browser("manager"))


def ask(shop: Cast, **more: str) -> Browser:
    browser = shop.browser()
    answer = enter(browser, "xiaozhou", **more)
    assert answer.headers["Location"].startswith(DOOR)
    return browser


def said(browser: Browser, code: str, **more: str) -> TestResponse:
    return browser.post(DOOR, code=code, **more)


def actions(kind: str) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith(kind))))


def require(shop: Cast) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"security.second_step": True}, actor=shop.owner, at=NOON)


def test_the_password_alone_opens_nothing_the_code_does(shop: Cast, secret: str) -> None:
    browser = ask(shop, next="/staff/members")
    assert not is_in(browser)
    assert "动态码" in browser.get(DOOR).text
    answer = said(browser, digits(secret), next="/staff/members")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/members")
    assert is_in(browser)
    assert body(browser.api("GET", "/api/v1/staff/second-step"))["state"] == "on"


def test_the_secret_rests_sealed_and_is_never_shown_again(shop: Cast, secret: str) -> None:
    with database.reading() as session:
        kept = session.scalars(select(Authenticator)).one()
    assert secret.encode() not in kept.secret
    for page in (shop.browser("manager").get(OWN), shop.browser("manager").api("GET", "/api/v1/staff/second-step")):
        assert secret not in page.text.replace(" ", "")


def test_a_code_counts_once_also_the_one_that_set_it_up(shop: Cast) -> None:
    secret = set_up(shop.browser("manager"))
    assert said(ask(shop), digits(secret)).status_code == 422
    with clock.stand_at(NOON + LATER):
        first, second = ask(shop), ask(shop)
        assert said(first, digits(secret)).status_code == 303
        refused = said(second, digits(secret))
        assert (refused.status_code, "动态码不对" in refused.text, is_in(second)) == (422, True, False)
    assert actions("second_steps") == ["second_steps:miss"] * 2


def test_one_code_on_many_browsers_at_once_lets_one_in(shop: Cast, secret: str) -> None:
    browsers, code = [ask(shop) for _ in range(4)], digits(secret)
    tries = at_once(lambda number: said(browsers[number], code).status_code, 4)
    assert sorted(tries) == [303, *[422] * 3]


def test_one_question_answered_many_times_at_once_opens_one_session(shop: Cast, secret: str) -> None:
    browser, code = ask(shop), digits(secret)
    token = browser.client.get_cookie("ck_form")
    assert token is not None
    twins = [Browser(shop.app, ("ck_form", token.value)) for _ in range(4)]
    for twin in twins:  # the same cookie jar on four lines
        twin.client.set_cookie("ck_form", token.value)
        twin.form_token = browser.form_token
    tries = at_once(lambda number: said(twins[number], code).status_code, 4)
    assert tries.count(303) >= 1
    assert actions("staff_sessions") == ["staff_sessions:create"] * 2, "the manager's own, and this one"


@pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (-30, 303), (0, 303), (30, 303), (60, 422)])
def test_a_clock_may_be_half_a_minute_off(shop: Cast, secret: str, seconds: int, status: int) -> None:
    assert said(ask(shop), digits(secret, NOON + timedelta(seconds=seconds))).status_code == status


def test_another_browser_cannot_answer(shop: Cast, secret: str) -> None:
    ask(shop)
    stranger = shop.browser()
    answer = said(stranger, digits(secret))
    assert (answer.headers["Location"], is_in(stranger)) == ("/staff/", False)
    assert stranger.get(DOOR).headers["Location"] == "/staff/"


def test_what_was_asked_is_over_after_ten_minutes_and_once_answered(shop: Cast, secret: str) -> None:
    browser = ask(shop)
    with clock.stand_at(NOON + timedelta(minutes=10)):
        assert said(browser, digits(secret)).headers["Location"] == "/staff/"
    assert said(browser, digits(secret)).status_code == 303
    browser.post("/staff/sign-out")
    with clock.stand_at(NOON + LATER):
        assert said(browser, digits(secret)).headers["Location"] == "/staff/"


def test_a_new_password_ends_what_was_asked(shop: Cast, secret: str) -> None:
    browser = ask(shop)
    shop.browser("owner").post(f"/staff/people/{shop.staff['manager'].id}/password", password="another-one-2026")
    assert said(browser, digits(secret)).headers["Location"] == "/staff/"
    fresh = shop.browser()
    assert enter(fresh, "xiaozhou", "another-one-2026").headers["Location"] == "/staff/", "a reset takes it away"


def test_ones_own_new_password_ends_what_was_asked_too(shop: Cast, secret: str) -> None:
    thief, manager = ask(shop), shop.browser("manager")
    fields = {"present": PASSWORD, "password": "another-one-2026", "again": "another-one-2026"}
    assert manager.post("/staff/account/password", **fields).status_code == 303
    assert said(thief, digits(secret)).headers["Location"] == "/staff/"
    assert thief.get("/staff/account").status_code == 303, "nobody is in"


def test_whoever_knows_the_password_makes_no_other_way_in(shop: Cast, secret: str) -> None:
    manager, asked = shop.browser("manager"), {"name": "新手机", "password": PASSWORD}
    options = "/staff/account/passkeys/options"
    for code in ("", "123456"):
        refused = manager.api("POST", options, asked | {"code": code})
        assert (refused.status_code, list(body(refused)["errors"])) == (422, ["code"])
    assert manager.api("POST", options, asked | {"code": digits(secret)}).status_code == 200
    assert 'name="code"' in manager.get("/staff/account/passkeys").text
    assert 'name="code"' not in shop.browser("cashier").get("/staff/account/passkeys").text


def test_an_owner_with_an_app_shows_it_before_there_are_codes_on_paper(shop: Cast) -> None:
    owner = shop.browser("owner")
    with clock.stand_at(NOON - LATER):
        secret = set_up(owner)
    refused = owner.post("/staff/account/recovery-codes", password=PASSWORD)
    assert (refused.status_code, "动态码不对" in refused.text) == (422, True)
    assert owner.api("POST", "/api/v1/staff/recovery-codes", {"password": PASSWORD}).status_code == 422
    sent = {"password": PASSWORD, "code": digits(secret)}
    assert len(body(owner.api("POST", "/api/v1/staff/recovery-codes", sent))["codes"]) == 10


def test_who_is_disabled_meanwhile_stays_out(shop: Cast, secret: str) -> None:
    browser = ask(shop)
    shop.browser("owner").post(f"/staff/people/{shop.staff['manager'].id}/disable")
    assert said(browser, digits(secret)).status_code == 422
    assert not is_in(browser)


def test_wrong_codes_count_as_guesses_at_the_account_also_across_a_restart(
    shop: Cast, secret: str, environ: dict[str, str]
) -> None:
    browser = ask(shop)
    assert [said(browser, "000000").status_code for _ in range(9)] == [422] * 9, "the password was the first"
    database.close()
    app = create_app(environ)
    again = Browser(app)
    again.client.set_cookie("ck_form", browser.client.get_cookie("ck_form").value)  # type: ignore[union-attr]
    again.form_token = browser.form_token
    assert said(again, digits(secret)).status_code == 429
    assert enter(Browser(app), "xiaozhou").status_code == 429
    with clock.stand_at(NOON + timedelta(minutes=15)):
        assert said(ask(shop), digits(secret)).status_code == 303


def test_knowing_the_password_gives_no_more_guesses_at_the_code(shop: Cast, secret: str) -> None:
    tries = []
    for _ in range(8):
        browser = shop.browser()
        tries += [enter(browser, "xiaozhou").status_code, said(browser, "000000").status_code]
    assert tries.count(422) == 5, "five passwords, five codes"
    assert tries[10:] == [429, 303] * 3, "and nothing was asked of whoever came later"


@pytest.mark.parametrize(
    "code", ["", "12345", "abcdef", "１２３４５６", "000000000000000000000000000", "ABCD-EFGH-JKMN", "%00%0a"]
)
def test_nonsense_is_no_code(shop: Cast, secret: str, code: str) -> None:
    assert said(ask(shop), code).status_code == 422


def test_turning_it_off_takes_password_and_code(shop: Cast, secret: str) -> None:
    manager = shop.browser("manager")
    assert manager.post(f"{OWN}/remove", password="guess", code=digits(secret)).status_code == 422
    assert manager.post(f"{OWN}/remove", password=PASSWORD, code="000000").status_code == 422
    assert manager.post(f"{OWN}/remove", password=PASSWORD, code=digits(secret)).status_code == 303
    assert enter(shop.browser(), "xiaozhou").headers["Location"] == "/staff/"
    assert actions("authenticators") == ["authenticators:create", "authenticators:remove"]


def test_who_took_a_session_and_the_password_has_ten_guesses_too(shop: Cast, secret: str) -> None:
    manager = shop.browser("manager")
    tries = [manager.post(f"{OWN}/remove", password=PASSWORD, code="000000").status_code for _ in range(11)]
    assert tries == [422] * 9 + [429] * 2, "setting it up was the first"


def test_setting_it_up_takes_the_password_and_shows_on_this_browser_alone(shop: Cast) -> None:
    mine, other = shop.browser("manager"), shop.browser("manager")
    assert mine.post(OWN, password="guess").status_code == 422
    mine.post(OWN, password=PASSWORD)
    page = mine.get(OWN)
    assert ("<svg" in page.text, page.headers["Cache-Control"]) == (True, "no-store")
    assert body(other.api("GET", "/api/v1/staff/second-step"))["secret"] is None
    assert other.post(f"{OWN}/confirm", code="000000").status_code == 410
    assert mine.post(f"{OWN}/confirm", code="000000").status_code == 422
    assert enter(shop.browser(), "xiaozhou").headers["Location"] == "/staff/", "it does not count yet"


def test_a_second_one_is_refused_while_one_counts(shop: Cast, secret: str) -> None:
    assert shop.browser("manager").post(OWN, password=PASSWORD).status_code == 409


def test_where_it_is_required_whoever_answers_for_the_shop_sets_it_up_at_the_door(shop: Cast) -> None:
    require(shop)
    browser, thief = ask(shop), ask(shop)
    page, theirs = browser.get(DOOR).text, thief.get(DOOR).text
    secret, other = _secret_on(page), _secret_on(theirs)
    assert secret != other
    assert not is_in(browser)
    assert said(browser, digits(secret)).status_code == 303
    assert said(thief, digits(other)).status_code == 422, "what was shown before is nobody's app"
    assert enter(shop.browser(), "xiaolin").headers["Location"] == "/staff/", "a cashier needs none"


def test_everything_in_the_api(shop: Cast) -> None:
    manager, path = shop.browser("manager"), "/api/v1/staff/second-step"
    assert body(manager.api("GET", path))["state"] == "off"
    assert manager.api("POST", path, {"password": "guess"}).status_code == 422
    assert manager.api("POST", path, {"password": PASSWORD}).status_code == 204
    begun = body(manager.api("GET", path))
    assert (begun["state"], begun["address"].startswith("otpauth://totp/")) == ("begun", True)
    assert manager.api("POST", f"{path}/confirmations", {"code": digits(begun["secret"])}).status_code == 204
    off = {"password": PASSWORD, "code": digits(begun["secret"])}
    assert manager.api("POST", f"{path}/removals", off).status_code == 422, "that code was used"
    with clock.stand_at(NOON + LATER):
        off["code"] = digits(begun["secret"])
        assert manager.api("POST", f"{path}/removals", off).status_code == 204
    assert manager.api("POST", "/api/v1/staff/recovery-codes", {"password": PASSWORD}).status_code == 409
    assert shop.client().get(path, headers=shop.token()).status_code == 403


def _secret_on(page: str) -> str:
    found = re.search(r"secret=([A-Z2-7]+)", page)
    assert found
    return found[1]


def codes_of(browser: Browser) -> list[str]:
    """What stands on the paper."""
    page = browser.post("/staff/account/recovery-codes", password=PASSWORD)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    found = re.findall(r">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<", page.text)
    assert len(set(found)) == 10
    return found


def recover(browser: Browser, code: str, username: str = "aman", password: str = "a-new-one-2026") -> TestResponse:
    return browser.post("/staff/recover", username=username, code=code, password=password, again=password)


def test_a_code_on_paper_stands_for_the_app_once(shop: Cast) -> None:
    owner = shop.browser("owner")
    code = codes_of(owner)[0]
    set_up(owner)
    first, second = shop.browser(), shop.browser()
    enter(first, "aman")
    enter(second, "aman")
    assert "恢复码" in first.get(f"{DOOR}?way=paper").text
    assert said(first, f" {code.lower().replace('-', ' ')} ").status_code == 303
    assert said(second, code).status_code == 422
    assert body(owner.api("GET", "/api/v1/staff/second-step"))["codes_left"] == 9
    assert actions("recovery_codes") == ["recovery_codes:create", "recovery_codes:use"]


def test_only_hashes_are_kept_and_new_codes_end_the_old(shop: Cast) -> None:
    owner = shop.browser("owner")
    old = codes_of(owner)
    with database.reading() as session:
        kept = "".join(session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code in kept for code in old)
    assert not any(code in owner.get("/staff/account/recovery-codes").text for code in old), "shown once"
    codes_of(owner)
    assert recover(shop.browser(), old[0]).status_code == 422


def test_a_code_on_paper_gives_a_new_password_and_ends_everything(shop: Cast) -> None:
    owner = shop.browser("owner")
    codes = codes_of(owner)
    set_up(owner)
    answer = recover(shop.browser(), codes[0])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/sign-in")
    assert not is_in(owner)
    assert enter(shop.browser(), "aman").status_code == 422
    browser = shop.browser()
    assert enter(browser, "aman", "a-new-one-2026").headers["Location"] == "/staff/", "the app is gone, too"
    assert recover(shop.browser(), codes[0]).status_code == 422, "used"
    assert body(browser.api("GET", "/api/v1/staff/second-step"))["codes_left"] == 9, "the others stay"
    assert actions("staff:set") == ["staff:set_password"]


def test_one_code_at_once_sets_one_password(shop: Cast) -> None:
    code = codes_of(shop.browser("owner"))[0]
    browsers = [shop.browser() for _ in range(4)]
    tries = at_once(lambda number: recover(browsers[number], code, password=f"password-{number}").status_code, 4)
    assert sorted(tries) == [303, 422, 422, 422]


def test_nobody_else_has_codes_and_unknown_names_get_the_same_answer(shop: Cast) -> None:
    codes = codes_of(shop.browser("owner"))
    assert "只有老板有恢复码" in shop.browser("manager").get("/staff/account/recovery-codes").text
    assert shop.browser("manager").post("/staff/account/recovery-codes", password=PASSWORD).status_code == 409
    answers = [recover(shop.browser(), codes[0], name) for name in ("xiaozhou", "nobody")]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("用户名或恢复码不对" in answer.text for answer in answers)
    assert recover(shop.browser(), codes[0]).status_code == 303


def test_who_was_disabled_or_is_no_owner_any_more_does_not_recover(shop: Cast) -> None:
    codes = codes_of(shop.browser("owner"))
    with database.transaction() as session:
        session.get_one(type(shop.staff["owner"]), shop.staff["owner"].id).disabled_at = NOON
    assert recover(shop.browser(), codes[0]).status_code == 422


def test_guessing_codes_on_paper_counts_at_the_account(shop: Cast) -> None:
    codes = codes_of(shop.browser("owner"))
    tries = [recover(shop.browser(), "0000-0000-0000").status_code for _ in range(10)]
    assert (tries, recover(shop.browser(), codes[0]).status_code) == ([422] * 10, 429)


def test_two_passwords_that_differ_use_no_code(shop: Cast) -> None:
    code = codes_of(shop.browser("owner"))[0]
    browser = shop.browser()
    fields = {"username": "aman", "code": code, "password": "a-new-one-2026", "again": "another"}
    refused = browser.post("/staff/recover", **fields)
    assert (refused.status_code, "两次不一样" in refused.text, code in refused.text) == (422, True, False)
    assert recover(browser, code).status_code == 303


def test_the_codes_of_a_step_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B (SHA-1, the last six digits)."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        at = NOON.fromtimestamp(seconds, tz=NOON.tzinfo)
        assert totp.step_of(secret, code, after=0, at=at) == seconds // 30


def test_what_was_asked_is_forgotten(shop: Cast, secret: str) -> None:
    from services.signin.jobs import forget_ended

    ask(shop)
    with clock.stand_at(NOON + timedelta(hours=1)):
        forget_ended()
    with database.reading() as session:
        assert session.scalars(select(SecondStep)).all() == []
