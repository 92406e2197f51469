"""After a long silence a number may be somebody else's: who comes in by a code is asked, and reads nothing of the card before."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from services.audit.models import AuditEntry
from services.members.models import Member
from services.shared import clock, database, runtime
from services.shared.actors import SYSTEM
from services.signin.commands import claim_card, disclaim_card, release_phone_of
from services.signin.errors import QuestionOver
from services.signin.models import CoolDown, PhoneQuestion
from services.stores import commands as stores
from tests.browse import Browser
from tests.cast import Cast, meet
from tests.conftest import NOON
from tests.kit.sms_providers import SmsProviders, sms_providers
from tests.selling import welcome_member
from tests.texting import sign_contract, work
from tests.webapp.test_orders_at_once import at_once
from webapp import create_app
from webapp.web.people import PUBLIC

NUMBER = "+8613800138000"
ASKED, DOOR = "/member/sign-in/whose", "/member/sign-in"
LATER = NOON + timedelta(days=200)


@pytest.fixture
def providers() -> Iterator[SmsProviders]:
    with sms_providers() as running:
        yield running


@pytest.fixture
def shop(environ: dict[str, str], app: Flask, providers: SmsProviders) -> Iterator[Cast]:
    """The cast, in a shop that sends codes, half a year later."""
    database.close()  # of the app that it takes the place of
    shop = meet(create_app(environ | {"CHANGKE_SMS_TEST_HOST": providers.host}), NOON)
    sign_contract(shop, providers)
    with clock.stand_at(LATER):
        yield shop


@pytest.fixture
def member(shop: Cast) -> Member:
    """林小满, who joined half a year ago and was not seen since."""
    return welcome_member(NOON)


def come(shop: Cast, providers: SmsProviders, browser: Browser | None = None) -> tuple[Browser, str]:
    """Somebody types the number and the code that it got: their browser, and where it leads."""
    browser = browser or shop.browser()
    browser.post("/member/sign-in/code", phone=NUMBER)
    work()
    return browser, browser.post(DOOR, phone=NUMBER, code=providers.sent[-1].values[0]).location


def is_in(browser: Browser) -> bool:
    return browser.get("/member/me").status_code == 200


def card_of(member: Member) -> Member:
    with database.reading() as session:
        return session.get_one(Member, member.id)


def test_who_comes_after_a_long_silence_is_asked_and_sees_no_more_than_an_initial(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    browser, onward = come(shop, providers)
    assert onward == ASKED
    page = browser.get(ASKED).text
    assert ("林**" in page, "林小满" in page, member.number in page, "2026" in page) == (True, False, False, True)
    assert not is_in(browser)
    assert card_of(member).phone_verified_at is None, "a right code alone proves no person"
    assert shop.browser().get(ASKED).status_code == 410, "another browser is asked nothing"


def test_it_is_me_comes_in_as_on_a_new_phone(shop: Cast, member: Member, providers: SmsProviders) -> None:
    browser, _ = come(shop, providers)
    assert browser.post(ASKED, answer="mine", next="/member/orders").location == "/member/orders"
    assert is_in(browser)
    with database.reading() as session:
        assert session.scalars(select(CoolDown)).one().ends_at == LATER + timedelta(hours=24)
        assert session.scalars(select(PhoneQuestion)).all() == []
    assert card_of(member).phone_verified_at == LATER
    browser.post("/member/sign-out")
    with clock.stand_at(LATER + timedelta(minutes=2)):
        assert come(shop, providers, browser)[1] == "/member/", "seen today: no question"


def test_it_is_not_me_takes_the_number_off_the_card_and_lets_nobody_in(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    browser, _ = come(shop, providers)
    answer = browser.post(ASKED, answer="others")
    assert "号码分开了" in browser.get(answer.location).text
    assert not is_in(browser)
    card = card_of(member)
    assert (card.phone, card.phone_lost_at, card.name) == (None, LATER, "林小满")
    assert browser.post(ASKED, answer="mine").location == DOOR, "it was answered"
    with database.reading() as session:
        acts = set(session.scalars(select(AuditEntry.action)))
    assert {"phones:release", "phone_questions:answer"} <= acts


def test_who_was_asked_has_nothing_to_answer_once_the_number_left_the_card(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    browser, _ = come(shop, providers)
    other = shop.browser()
    with clock.stand_at(LATER + timedelta(minutes=2)):
        come(shop, providers, other)
    with database.transaction() as session:
        release_phone_of(session, member.id, "号码已换人", actor=SYSTEM, at=LATER)
    for each in (browser, other):
        assert each.post(ASKED, answer="mine").location == DOOR
        assert not is_in(each)


def test_a_card_that_was_disowned_is_not_claimed_from_another_browser(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    browser, _ = come(shop, providers)
    other = shop.browser()
    with clock.stand_at(LATER + timedelta(minutes=2)):
        come(shop, providers, other)
    browser.post(ASKED, answer="others")
    assert other.post(ASKED, answer="mine").location == DOOR
    assert not is_in(other)


def test_a_question_of_before_asks_nothing_of_who_comes_next(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    browser, _ = come(shop, providers)
    son = welcome_member(LATER, "小小林", "+8613900139000")
    browser.post("/member/sign-in/code", phone=son.phone)
    work()
    onward = browser.post(DOOR, phone=son.phone, code=providers.sent[-1].values[0]).location
    assert (onward, is_in(browser)) == ("/member/", True)
    with database.reading() as session:
        assert session.scalars(select(PhoneQuestion)).all() == []


def test_nothing_happens_without_a_right_code_or_too_late(shop: Cast, member: Member, providers: SmsProviders) -> None:
    stranger = shop.browser()
    stranger.get(DOOR)
    assert stranger.post(ASKED, answer="others").location == DOOR
    browser, _ = come(shop, providers)
    with clock.stand_at(LATER + timedelta(minutes=11)):
        assert browser.get(ASKED).status_code == 410
        assert browser.post(ASKED, answer="others").location == DOOR
    assert browser.post(ASKED, answer="whoever").status_code == 422
    assert card_of(member).phone == NUMBER


def test_who_was_here_lately_is_asked_nothing_nor_where_the_shop_wants_no_question(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"members.silent_days": 0}, actor=shop.owner, at=LATER)
    assert come(shop, providers)[1] == "/member/"
    with database.transaction() as session:
        stores.change_settings(session, {"members.silent_days": 180}, actor=shop.owner, at=LATER)
    with clock.stand_at(LATER + timedelta(minutes=2)):
        assert come(shop, providers)[1] == "/member/"


def test_of_two_answers_at_once_one_counts(shop: Cast, member: Member) -> None:
    with database.transaction() as session:
        ends = LATER + timedelta(minutes=10)
        hashed = runtime.keys().hash("browser")
        session.add(PhoneQuestion(browser_hash=hashed, member_id=member.id, expires_at=ends))

    def answer(number: int) -> bool:
        try:
            with database.transaction() as session:
                if number:
                    claim_card(session, browser="browser", known="", device="", actor=PUBLIC, at=LATER)
                else:
                    disclaim_card(session, browser="browser", actor=PUBLIC, at=LATER)
        except QuestionOver:
            return False
        return True

    assert sorted(at_once(answer, 2)) == [False, True]
