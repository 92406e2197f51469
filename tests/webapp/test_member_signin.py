"""Members come in with their phone and a one-time code: shown by staff, or found in the development inbox of a demo shop."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.members.models import Member
from services.shared import clock, database
from services.signin import commands
from services.signin.commands.codes import SigninCode
from services.signin.models import DevelopmentMail, MemberDevice, MemberSession, OneTimeCode
from tests.browse import Browser, body
from tests.cast import Cast, meet
from tests.conftest import NOON
from tests.selling import welcome_member
from tests.webapp.test_orders_at_once import at_once
from webapp import create_app
from webapp.web.people import MEMBER_COOKIE, STAFF_COOKIE

PHONE = "138 0013 8000"


@pytest.fixture
def member(shop: Cast) -> Member:
    return welcome_member(shop.at)


@pytest.fixture
def demo(environ: dict[str, str], app: Flask) -> Cast:
    """The same shop as a demo shop."""
    database.close()  # of the app that it takes the place of
    return meet(create_app(environ | {"DEMO": "1"}), NOON)


def code_for(shop: Cast, member: Member) -> SigninCode:
    """A code that 小林 shows."""
    with database.transaction() as session:
        return commands.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=clock.now())


def try_code(
    shop: Cast, digits: str, phone: str = PHONE, onward: str = "", browser: Browser | None = None
) -> TestResponse:
    return (browser or shop.browser()).post("/member/sign-in", phone=phone, code=digits, next=onward)


def other_than(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


def live_codes() -> list[OneTimeCode]:
    with database.reading() as session:
        rows = select(OneTimeCode).where(OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > clock.now())
        return list(session.scalars(rows))


# ---- the code that staff show


def test_staff_show_six_digits_and_a_qr_once(shop: Cast, member: Member) -> None:
    cashier = shop.browser("cashier")
    page = cashier.get(f"/staff/members/{member.id}/sign-in-code")
    assert "出示登录码" in page.text
    shown = cashier.post(f"/staff/members/{member.id}/sign-in-code")
    digits = re.search(r"data-code>(\d{3}) (\d{3})<", shown.text)
    assert digits is not None
    assert shown.headers["Cache-Control"] == "no-store"
    assert "小林" in shown.text
    assert "14:30" in shown.text  # ten minutes after 14:20
    assert try_code(shop, digits[1] + digits[2]).location == "/member/"
    assert "data-code" not in cashier.get(f"/staff/members/{member.id}/sign-in-code").text


def test_the_code_lets_in_once(shop: Cast, member: Member) -> None:
    code, phone = code_for(shop, member), shop.browser()
    assert try_code(shop, code.digits, browser=phone).status_code == 303
    assert phone.get("/member/").status_code == 200
    assert try_code(shop, code.digits).status_code == 422


def told(shop: Cast, member: Member) -> list[str]:
    return [each["title"] + each["body"] for each in body(shop.phone(member).get("/api/v1/me/messages"))["items"]]


def test_a_code_that_staff_showed_is_told_to_the_member_once(shop: Cast, member: Member) -> None:
    code = code_for(shop, member)
    phone = shop.browser()
    phone.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
    assert try_code(shop, code.digits, browser=phone).status_code == 303
    (said,) = told(shop, member)
    assert "有人用店员给的登录码登录了您的账号（11月21日 14:20，iPhone · Safari）。不是您本人？请联系门店" in said
    assert try_code(shop, code.digits).status_code == 422
    assert len(told(shop, member)) == 1
    shop.browser().post("/member/sign-in/ticket", ticket=code_for(shop, member).ticket)
    assert len(told(shop, member)) == 2


def test_a_code_that_the_member_asked_for_is_no_news(demo: Cast) -> None:
    member = welcome_member(demo.at)
    demo.browser().post("/member/sign-in/code", phone=PHONE)
    with database.reading() as session:
        digits = session.scalars(select(DevelopmentMail.text)).one()
    assert try_code(demo, digits).status_code == 303
    assert told(demo, member) == []


def test_the_code_proves_the_phone(shop: Cast, member: Member) -> None:
    try_code(shop, code_for(shop, member).digits)
    with database.reading() as session:
        assert session.get_one(Member, member.id).phone_verified_at == shop.at


def test_showing_and_using_a_code_is_on_record(shop: Cast, member: Member) -> None:
    try_code(shop, code_for(shop, member).digits)
    with database.reading() as session:
        about = select(AuditEntry.action, AuditEntry.actor_name).where(AuditEntry.action.startswith("signin_codes"))
        assert session.execute(about).all() == [
            ("signin_codes:create", "小林"),
            ("signin_codes:redeem", "public"),
        ]


def test_codes_are_kept_as_hashes_only(shop: Cast, member: Member) -> None:
    code = code_for(shop, member)
    (row,) = live_codes()
    assert code.digits not in row.code_hash
    assert code.ticket not in row.ticket_hash


def test_a_newer_code_voids_the_older(shop: Cast, member: Member) -> None:
    older, newer = code_for(shop, member), code_for(shop, member)
    assert try_code(shop, older.digits).status_code == 422 or older.digits == newer.digits
    assert len(live_codes()) == 1
    assert try_code(shop, newer.digits).status_code == 303


def test_a_code_lives_ten_minutes(shop: Cast, member: Member) -> None:
    code = code_for(shop, member)
    with clock.stand_at(shop.at + timedelta(minutes=10)):
        assert try_code(shop, code.digits).status_code == 422
    with clock.stand_at(shop.at + timedelta(minutes=9, seconds=59)):
        assert try_code(shop, code.digits).status_code == 303


def test_five_wrong_tries_void_the_code(shop: Cast, member: Member) -> None:
    code = code_for(shop, member)
    for _ in range(5):
        assert try_code(shop, other_than(code.digits)).status_code == 422
    assert live_codes() == []
    assert try_code(shop, code.digits).status_code == 422


def test_guesses_at_once_get_five_tries_too(shop: Cast, member: Member) -> None:
    code = code_for(shop, member)
    answers = at_once(lambda _number: try_code(shop, other_than(code.digits)).status_code, 16)
    assert Counter(answers) == {422: 10, 429: 6}
    with database.reading() as session:
        assert session.query(OneTimeCode).one().wrong_tries == 5


@pytest.mark.parametrize("typed", [PHONE, "+8613800138000", "１３８００１３８０００", "138-0013-8000"])
def test_ten_wrong_guesses_close_the_phone_however_it_is_typed(shop: Cast, member: Member, typed: str) -> None:
    for number in range(10):
        assert try_code(shop, f"{number:06d}").status_code == 422
    closed = try_code(shop, code_for(shop, member).digits, phone=typed)
    assert closed.status_code == 429
    assert 0 < int(closed.headers["Retry-After"]) <= 900


def test_one_address_has_sixty_guesses_for_all_phones(shop: Cast) -> None:
    answers = [try_code(shop, "000000", phone=f"138{number:08d}").status_code for number in range(61)]
    assert answers == [422] * 60 + [429]


def test_an_unknown_phone_gets_the_answer_of_a_wrong_code(shop: Cast, member: Member) -> None:
    known = try_code(shop, other_than(code_for(shop, member).digits))
    unknown = try_code(shop, "123456", phone="139 0013 9000")
    words = "登录码不对，或者已经过期了"
    assert (known.status_code, words in known.text) == (unknown.status_code, words in unknown.text) == (422, True)


def test_the_code_of_one_member_is_none_of_another(shop: Cast, member: Member) -> None:
    welcome_member(shop.at, "王大锤", "+8613900139000")
    assert try_code(shop, code_for(shop, member).digits, phone="13900139000").status_code == 422


@pytest.mark.parametrize(("phone", "code"), [("12", "123456"), (PHONE, "12345"), (PHONE, "abcdef"), ("", "")])
def test_mistakes_are_told_beside_the_field(shop: Cast, phone: str, code: str) -> None:
    answer = try_code(shop, code, phone=phone)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_the_kitchen_shows_no_codes(shop: Cast, member: Member) -> None:
    kitchen = shop.browser("kitchen")
    assert kitchen.get(f"/staff/members/{member.id}/sign-in-code").status_code == 403
    assert kitchen.post(f"/staff/members/{member.id}/sign-in-code").status_code == 403


def test_programs_make_codes_with_the_scope(shop: Cast, member: Member) -> None:
    address, key = f"/api/v1/members/{member.id}/sign-in-codes", {"Idempotency-Key": "code-for-lin"}
    refused = shop.client().post(address, headers=shop.token("members:read") | key)
    made = shop.client().post(address, headers=shop.token("signin_codes:create") | key)
    assert (refused.status_code, made.status_code) == (403, 201)
    told = body(made)
    assert re.fullmatch(r"\d{6}", told["code"])
    assert told["ticket_url"].startswith("http://localhost:8000/member/sign-in?ticket=")
    assert told["expires_at"] == "2026-11-21T06:30:00+00:00"
    assert try_code(shop, told["code"]).status_code == 303


def test_there_is_no_code_for_nobody(shop: Cast) -> None:
    key = {"Idempotency-Key": "code-for-nobody"}
    assert shop.client().post("/api/v1/members/4711/sign-in-codes", headers=shop.token() | key).status_code == 404


# ---- the QR


def test_opening_the_link_alone_uses_nothing_up(shop: Cast, member: Member) -> None:
    code, phone = code_for(shop, member), shop.browser()
    for _ in range(3):  # a preview, another preview, the member
        page = phone.get(f"/member/sign-in?ticket={code.ticket}")
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert phone.post("/member/sign-in/ticket", ticket=code.ticket).location == "/member/"
    assert phone.get("/member/").status_code == 200


def test_the_link_works_once_and_ten_minutes(shop: Cast, member: Member) -> None:
    used = code_for(shop, member)
    assert shop.browser().post("/member/sign-in/ticket", ticket=used.ticket).status_code == 303
    again = shop.browser().post("/member/sign-in/ticket", ticket=used.ticket)
    assert (again.status_code, "已经过期" in again.text) == (422, True)
    late = code_for(shop, member)
    with clock.stand_at(shop.at + timedelta(minutes=10)):
        assert shop.browser().post("/member/sign-in/ticket", ticket=late.ticket).status_code == 422


def test_a_used_link_voids_its_digits(shop: Cast, member: Member) -> None:
    code = code_for(shop, member)
    shop.browser().post("/member/sign-in/ticket", ticket=code.ticket)
    assert try_code(shop, code.digits).status_code == 422


def test_of_many_who_open_one_link_one_gets_in(shop: Cast, member: Member) -> None:
    code = code_for(shop, member)
    answers = at_once(lambda _n: shop.browser().post("/member/sign-in/ticket", ticket=code.ticket).status_code, 16)
    assert Counter(answers) == {303: 1, 422: 15}


# ---- asking for a code


def test_without_a_demo_nobody_can_ask_for_a_code(shop: Cast, member: Member) -> None:
    assert shop.browser().post("/member/sign-in/code", phone=PHONE).status_code == 404
    assert shop.browser().get("/dev/inbox").status_code == 404
    assert "/member/sign-in/code" not in shop.browser().get("/member/sign-in").text


def test_a_demo_shop_shows_the_code_in_its_inbox(demo: Cast) -> None:
    welcome_member(demo.at)
    phone = demo.browser()
    assert phone.post("/member/sign-in/code", phone=PHONE).status_code == 303
    with database.reading() as session:
        digits = session.query(DevelopmentMail).one().text
    assert digits in phone.get("/dev/inbox").text
    assert try_code(demo, digits).status_code == 303


def test_asking_tells_nothing_about_who_is_a_member(demo: Cast) -> None:
    welcome_member(demo.at)
    answers = [demo.browser().post("/member/sign-in/code", phone=phone) for phone in (PHONE, "13900139000")]
    assert [answer.status_code for answer in answers] == [303, 303]
    with database.reading() as session:
        assert session.query(DevelopmentMail).count() == 1


@pytest.mark.parametrize(
    ("pause", "allowed"), [(timedelta(seconds=5), 1), (timedelta(minutes=5), 5), (timedelta(hours=1), 10)]
)
def test_codes_are_one_a_minute_five_an_hour_ten_a_day(demo: Cast, pause: timedelta, allowed: int) -> None:
    welcome_member(demo.at)
    midnight, answers = demo.at.replace(hour=0, minute=0), []
    for number in range(allowed + 1):
        with clock.stand_at(midnight + number * pause):
            answers.append(demo.browser().post("/member/sign-in/code", phone=PHONE).status_code)
    assert answers == [303] * allowed + [429]


def test_a_stranger_s_asks_do_not_lock_the_owner_of_the_phone_out(demo: Cast) -> None:
    welcome_member(demo.at)
    midnight, stranger, owner = demo.at.replace(hour=0, minute=0), demo.browser(), demo.browser()
    owner.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"

    def ask(browser: Browser, minutes: int) -> int:
        with clock.stand_at(midnight + timedelta(minutes=minutes)):
            return browser.post("/member/sign-in/code", phone=PHONE).status_code

    assert [ask(stranger, 15 * number) for number in range(18)] == [303] * 10 + [429] * 8
    assert ask(owner, 15 * 17) == 303  # at the very moment of one that was refused: it took nothing


def test_a_phone_gets_thirty_codes_a_day_from_wherever_they_are_asked_for(demo: Cast) -> None:
    welcome_member(demo.at)
    midnight, answers = demo.at.replace(hour=0, minute=0), []
    for number in range(31):
        browser = demo.browser()
        browser.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        with clock.stand_at(midnight + number * timedelta(minutes=15)):
            answers.append(browser.post("/member/sign-in/code", phone=PHONE).status_code)
    assert answers == [303] * 30 + [429]


# ---- the session


def test_a_session_lasts_half_a_year_after_the_last_visit(shop: Cast, member: Member) -> None:
    phone = shop.phone(member)
    with clock.stand_at(shop.at + timedelta(days=100)):
        answer = phone.get("/member/me")
        assert f"{MEMBER_COOKIE}=" in answer.headers["Set-Cookie"]
        assert "Max-Age=15552000" in answer.headers["Set-Cookie"]
        answer.close()
    with clock.stand_at(shop.at + timedelta(days=279)):
        assert phone.get("/member/me").status_code == 200
    with clock.stand_at(shop.at + timedelta(days=281)):
        assert phone.get("/member/me").status_code == 303


def test_signing_out_ends_the_session_and_the_code_on_that_phone_only(shop: Cast, member: Member) -> None:
    phone, tablet = shop.phone(member), shop.phone(member)
    for device in (phone, tablet):
        assert device.api("POST", "/api/v1/me/devices", {"name": "x"}).status_code == 201
    answer = phone.post("/member/sign-out")
    assert (answer.status_code, answer.location) == (303, "/member/sign-in")
    assert (phone.get("/member/").status_code, tablet.get("/member/").status_code) == (303, 200)
    with database.reading() as session:
        assert session.query(MemberDevice).filter(MemberDevice.revoked_at.is_(None)).count() == 1


def test_a_new_sign_in_ends_the_former_one_of_that_phone(shop: Cast, member: Member) -> None:
    phone = shop.browser()
    for _ in range(2):
        try_code(shop, code_for(shop, member).digits, browser=phone)
    with database.reading() as session:
        assert session.query(MemberSession).filter(MemberSession.revoked_at.is_(None)).count() == 1


@pytest.mark.parametrize("onward", ["//evil.example/member/", "https://evil.example", "/staff/", "/member/\\evil"])
def test_nobody_is_sent_to_a_foreign_place(shop: Cast, member: Member, onward: str) -> None:
    assert try_code(shop, code_for(shop, member).digits, onward=onward).location == "/member/"


def test_one_goes_on_to_where_one_was_going(shop: Cast, member: Member) -> None:
    sent = shop.browser().get("/member/orders")
    assert sent.location == "/member/sign-in?next=/member/orders"
    assert try_code(shop, code_for(shop, member).digits, onward="/member/orders").location == "/member/orders"


def test_a_member_cookie_opens_nothing_of_the_staff_app(shop: Cast, member: Member) -> None:
    phone = shop.phone(member)
    secret = phone.client.get_cookie(MEMBER_COOKIE)
    assert secret is not None
    phone.client.set_cookie(STAFF_COOKIE, secret.value)
    assert phone.get("/staff/more").location.startswith("/staff/sign-in")
    assert phone.api("GET", "/api/v1/members").status_code == 401


def test_an_archived_member_is_out_and_stays_out(shop: Cast, member: Member) -> None:
    phone, code = shop.phone(member), code_for(shop, member)
    with database.transaction() as session:
        session.get_one(Member, member.id).archived_at = shop.at
    assert phone.get("/member/").status_code == 303
    assert try_code(shop, code.digits).status_code == 422
