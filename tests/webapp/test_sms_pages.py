"""Codes by SMS on the screens: the member's two steps, the owner's page, the same in the API."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from services.members.models import Member
from services.shared import clock, database
from services.signin import commands as signin
from tests.browse import Browser, body
from tests.cast import Cast, meet
from tests.conftest import NOON
from tests.kit.sms_providers import SmsProviders, sms_providers
from tests.selling import welcome_member
from tests.texting import contract, rows, sign_contract, work
from webapp import create_app

PHONE, OTHER = "138 0013 8000", "139 1111 2222"
PAGE = "/staff/settings/sms"


@pytest.fixture
def providers() -> Iterator[SmsProviders]:
    with sms_providers() as running:
        yield running


@pytest.fixture
def shop(environ: dict[str, str], app: Flask, providers: SmsProviders) -> Cast:
    """The cast, in a shop whose providers stand on this machine."""
    database.close()  # of the app that it takes the place of
    return meet(create_app(environ | {"CHANGKE_SMS_TEST_HOST": providers.host}), NOON)


@pytest.fixture
def member(shop: Cast) -> Member:
    return welcome_member(shop.at)


def as_form(providers: SmsProviders, **other: Any) -> dict[str, Any]:
    fields = contract(providers, price="0.05", active="1", **other)
    return {name: value for name, value in fields.items() if value is not False}


def ask(browser: Browser, phone: str = PHONE) -> Any:
    return browser.post("/member/sign-in/code", phone=phone, next="/member/orders")


# ---- the member


def test_a_member_signs_in_with_a_code_from_their_own_phone(
    shop: Cast, providers: SmsProviders, member: Member
) -> None:
    sign_contract(shop, providers)
    phone = shop.browser()
    door = phone.get("/member/sign-in?next=/member/orders")
    assert "获取验证码" in door.text
    assert 'name="code"' not in door.text
    sent = ask(phone)
    second = phone.get(sent.location)
    assert "如果这个手机号是会员，登录码已经发出" in second.text
    assert "满一分钟可以再要一次" in second.text
    assert 'autocomplete="one-time-code"' in second.text
    work()
    come = phone.post("/member/sign-in", phone=PHONE, code=providers.sent[0].values[0], next="/member/orders")
    assert come.location == "/member/orders"
    assert phone.get("/member/").status_code == 200


def test_a_phone_that_nobody_has_is_answered_alike(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers)
    pages = []
    for phone in (PHONE, OTHER):
        browser = shop.browser()
        answer = ask(browser, phone)
        digits = phone.replace(" ", "")
        assert (answer.status_code, answer.location.replace(digits, "…")) == (
            303,
            "/member/sign-in?phone=…&sent=1795242000&next=/member/orders",
        )
        page = browser.get(answer.location).text.replace(digits, "…")
        pages.append(re.sub(r'(nonce|value|content)="[^"]*"', "", page))
    assert pages[0] == pages[1]
    assert {row.state for row in rows()} == {"asked"}
    assert len({len(row.sealed or b"") for row in rows()}) == 1
    work()
    assert [text.phone for text in providers.sent] == ["13800138000"]


def test_a_second_wish_within_a_minute_says_how_long_to_wait(
    shop: Cast, providers: SmsProviders, member: Member
) -> None:
    sign_contract(shop, providers)
    phone = shop.browser()
    ask(phone)
    with clock.stand_at(shop.at + timedelta(seconds=18)):
        early = ask(phone)
    assert (early.status_code, early.headers["Retry-After"]) == (429, "42")
    assert "刚发过一次，42 秒后可以再要" in early.text
    assert 'name="code"' in early.text  # the first one may be typed
    with clock.stand_at(shop.at + timedelta(seconds=61)):
        assert ask(phone).status_code == 303


def test_the_page_knows_how_long_to_wait(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers)
    phone = shop.browser()
    sent = ask(phone).location
    assert '<ck-wait class="grid flex-1" seconds="60">' in phone.get(sent).text
    with clock.stand_at(shop.at + timedelta(seconds=45)):
        assert 'seconds="15"' in phone.get(sent).text
    with clock.stand_at(shop.at + timedelta(seconds=60)):
        assert "ck-wait" not in phone.get(sent).text
    for odd in ("", "1", "９", "99999999999999999999"):
        assert "ck-wait" not in phone.get(f"/member/sign-in?phone=1&sent={odd}").text


def test_one_address_cannot_ask_for_half_a_town(shop: Cast, providers: SmsProviders) -> None:
    sign_contract(shop, providers)
    answers = [ask(shop.browser(), f"138{number:08d}").status_code for number in range(31)]
    assert answers == [303] * 30 + [429]


def test_a_wrong_number_is_told_beside_the_field_and_kept(shop: Cast, providers: SmsProviders) -> None:
    sign_contract(shop, providers)
    wrong = ask(shop.browser(), "12345")
    assert wrong.status_code == 422
    assert 'value="12345"' in wrong.text
    assert "获取验证码" in wrong.text


def test_the_code_that_staff_show_stays(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers)
    phone = shop.browser()
    assert "/member/sign-in?have=1" in phone.get("/member/sign-in").text
    assert 'name="code"' in phone.get("/member/sign-in?have=1").text
    with database.transaction() as session:
        code = signin.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=clock.now())
    assert phone.post("/member/sign-in", phone=PHONE, code=code.digits, next="").location == "/member/"


@pytest.mark.parametrize("used", ["shown", "sent"])
def test_whoever_asks_for_a_code_does_not_end_the_one_that_staff_show(
    shop: Cast, providers: SmsProviders, member: Member, used: str
) -> None:
    sign_contract(shop, providers)
    with database.transaction() as session:
        code = signin.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=clock.now())
    ask(shop.browser())
    work()
    digits = {"shown": code.digits, "sent": providers.sent[0].values[0]}[used]
    assert shop.browser().post("/member/sign-in", phone=PHONE, code=digits, next="").location == "/member/"


def test_five_wrong_tries_kill_the_shown_code_and_the_sent_one(
    shop: Cast, providers: SmsProviders, member: Member
) -> None:
    sign_contract(shop, providers)
    with database.transaction() as session:
        code = signin.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=clock.now())
    ask(shop.browser())
    work()
    codes = [code.digits, providers.sent[0].values[0]]
    wrong = [digits for digits in (f"{number:06d}" for number in range(7)) if digits not in codes][:5]
    answers = [
        shop.browser().post("/member/sign-in", phone=PHONE, code=digits, next="").status_code
        for digits in wrong + codes
    ]
    assert answers == [422] * 7


def test_five_wrong_tries_kill_a_code_from_the_phone_too(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers)
    phone = shop.browser()
    ask(phone)
    work()
    code = providers.sent[0].values[0]
    for step in range(1, 6):
        wrong = phone.post("/member/sign-in", phone=PHONE, code=f"{(int(code) + step) % 10**6:06d}", next="")
        assert wrong.status_code == 422
        assert 'name="code"' in wrong.text
    assert phone.post("/member/sign-in", phone=PHONE, code=code, next="").status_code == 422


def test_without_a_contract_or_with_one_switched_off_nothing_is_offered(shop: Cast, providers: SmsProviders) -> None:
    assert "获取验证码" not in shop.browser().get("/member/sign-in").text
    assert ask(shop.browser()).status_code == 404
    sign_contract(shop, providers, active=False)
    assert "获取验证码" not in shop.browser().get("/member/sign-in").text
    assert ask(shop.browser()).status_code == 404


# ---- the owner


def test_the_owner_connects_a_provider_and_sends_a_test(shop: Cast, providers: SmsProviders) -> None:
    owner = shop.browser("owner")
    assert PAGE in owner.get("/staff/settings").text
    assert "没接通也不要紧" in owner.get(PAGE).text
    assert owner.post(PAGE, **as_form(providers)).location == PAGE
    assert owner.post(f"{PAGE}/test", phone="137 0013 7000").location == PAGE
    assert "排队中" in owner.get(PAGE).text
    work()
    page = owner.get(PAGE).text
    assert "已发出" in page
    assert "尾号 7000" in page
    assert "1 / 100 条" in page
    assert "约 ¥0.05" in page
    assert providers.sent[0].phone == "13700137000"
    assert providers.sent[0].values[0] not in page


def test_the_secret_never_comes_back(shop: Cast, providers: SmsProviders) -> None:
    owner = shop.browser("owner")
    saved = owner.post(PAGE, **as_form(providers))
    wrong = owner.post(PAGE, **as_form(providers, template="不对 的"))
    pages = [owner.get(PAGE).text, saved.text, wrong.text, owner.get("/staff/audit").text]
    headers = shop.token()
    for path in ("/api/v1/sms", "/api/v1/sms/messages", "/api/v1/audit", "/api/v1/settings"):
        pages.append(shop.client().get(path, headers=headers).text)
    assert wrong.status_code == 422
    assert 'value="不对 的"' in wrong.text
    assert not [page for page in pages if providers.secret in page]


def test_an_empty_secret_keeps_the_stored_one(shop: Cast, providers: SmsProviders) -> None:
    owner = shop.browser("owner")
    missing = owner.post(PAGE, **as_form(providers, secret=""))
    assert missing.status_code == 422
    owner.post(PAGE, **as_form(providers))
    assert owner.post(PAGE, **as_form(providers, secret="", day_most="7")).status_code == 303
    owner.post(f"{PAGE}/test", phone="137 0013 7000")
    work()
    assert [text.phone for text in providers.sent] == ["13700137000"]
    other = owner.post(PAGE, **as_form(providers, secret="", key_id="LTAI5tAnotherKey99"))
    assert other.status_code == 422


def test_what_the_provider_refuses_is_explained(shop: Cast, providers: SmsProviders) -> None:
    owner = shop.browser("owner")
    owner.post(PAGE, **as_form(providers, secret="0123456789abcdefghijklmnopqrst"))
    owner.post(f"{PAGE}/test", phone="137 0013 7000")
    work()
    page = owner.get(PAGE).text
    assert "被拒绝" in page
    assert "密钥不对：核对 AccessKey Secret · SignatureDoesNotMatch" in page


def test_a_budget_that_is_used_up_is_said_on_the_page(shop: Cast, providers: SmsProviders, member: Member) -> None:
    sign_contract(shop, providers, day_most=1)
    for number in range(2):
        with clock.stand_at(shop.at + timedelta(minutes=2 * number)):
            ask(shop.browser())
            work()
    page = shop.browser("owner").get(PAGE).text
    assert "预算用完了，不会再发登录码" in page
    assert "超出预算，没有发" in page


def test_tests_are_one_a_minute(shop: Cast, providers: SmsProviders) -> None:
    owner = shop.browser("owner")
    owner.post(PAGE, **as_form(providers))
    answers = [owner.post(f"{PAGE}/test", phone="137 0013 7000").status_code for _ in range(2)]
    assert answers == [303, 429]


def test_a_repeated_test_gets_its_answer_and_sends_one(shop: Cast, providers: SmsProviders) -> None:
    owner = shop.browser("owner")
    owner.post(PAGE, **as_form(providers))
    typed = [owner.post(f"{PAGE}/test", key="from-the-page", phone="137 0013 7000").status_code for _ in range(2)]
    with clock.stand_at(shop.at + timedelta(minutes=2)):
        sent = [
            owner.api("POST", "/api/v1/sms/test", {"phone": "13700137000"}, key="from-a-program").status_code
            for _ in range(2)
        ]
    assert (typed, sent, len(rows())) == ([303, 303], [202, 202], 2)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("provider", "huawei"),
        ("key_id", "with space"),
        ("secret", "带中文的密钥"),
        ("sign_name", ""),
        ("template", "SMS-1"),
        ("app_id", "14x"),
        ("region", "us-east-1"),
        ("price", "free"),
        ("day_most", "0"),
        ("month_most", "2.5"),
    ],
)
def test_each_mistake_stands_beside_its_field(shop: Cast, providers: SmsProviders, field: str, typed: str) -> None:
    answer = shop.browser("owner").post(PAGE, **as_form(providers) | {field: typed})
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text


def test_nobody_else_sees_or_changes_it(shop: Cast, providers: SmsProviders) -> None:
    for role in ("manager", "cashier"):
        browser = shop.browser(role)
        assert PAGE not in browser.get("/staff/settings").text
        assert browser.get(PAGE).status_code == 403
        assert browser.post(PAGE, **as_form(providers)).status_code == 403
        assert browser.post(f"{PAGE}/test", phone=PHONE).status_code == 403


# ---- programs


def test_the_api_writes_the_contract_and_tells_what_it_cost(shop: Cast, providers: SmsProviders) -> None:
    owner = shop.browser("owner")
    empty = body(owner.api("GET", "/api/v1/sms"))
    assert empty["contract"] is None
    sent = contract(providers, "tencent", price="0.06")
    written = body(owner.api("PATCH", "/api/v1/sms", sent))
    assert written["contract"]["has_secret"] is True
    assert "secret" not in written["contract"]
    assert owner.api("POST", "/api/v1/sms/test", {"phone": "13700137000"}).status_code == 202
    work()
    (message,) = body(owner.api("GET", "/api/v1/sms/messages"))["items"]
    assert (message["state"], message["ending"], message["member"], message["provider"]) == (
        "sent",
        "7000",
        None,
        "tencent",
    )
    changed = body(owner.api("PATCH", "/api/v1/sms", {"day_most": 9}))
    assert changed["contract"]["day_most"] == 9
    assert changed["contract"]["sign_name"] == providers.sign_name
    assert changed["spent"]["day_count"] == 1
    assert changed["spent"]["day_cost"] == "0.06"


def test_the_api_is_for_whoever_may_change_settings(shop: Cast, providers: SmsProviders) -> None:
    manager = shop.browser("manager")
    assert manager.api("GET", "/api/v1/sms").status_code == 403
    assert manager.api("PATCH", "/api/v1/sms", contract(providers)).status_code == 403
    assert shop.browser("owner").api("PATCH", "/api/v1/sms", {"day_most": 9}).status_code == 422  # nothing is there yet
