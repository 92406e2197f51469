"""Joining by a registration link, without any account."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from services.members import commands, queries
from services.members.models import Consent, Member, RegistrationLink
from services.shared import clock, database
from tests.browse import Browser
from tests.cast import Cast
from webapp.web.people import MEMBER_COOKIE
from webapp.web.public import PER_ADDRESS

GUEST = {"phone": "138 0013 8000", "name": "林小满", "consent": "1"}


@pytest.fixture
def link(shop: Cast) -> RegistrationLink:
    """The link that hangs at the counter of 东湖."""
    data = {"label": "收银台", "store_id": shop.east.id, "source": "campaign"}
    with database.transaction() as session:
        return commands.create_registration_link(session, data, actor=shop.owner, at=shop.at)


def signed_in(answer: TestResponse) -> bool:
    """Whether the answer carries a member's cookie."""
    return any(cookie.startswith(f"{MEMBER_COOKIE}=") for cookie in answer.headers.getlist("Set-Cookie"))


def count(model: type[Member] | type[Consent]) -> int:
    """How many there are."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_form_names_shop_and_store_and_shows_the_notice(shop: Cast, link: RegistrationLink) -> None:
    answer = shop.browser().get(f"/join/{link.code}")
    assert answer.status_code == 200
    assert "小满甜品" in answer.text
    assert "东湖店" in answer.text
    assert "我们收集您的手机号" in answer.text


def test_joining_opens_a_card_notes_the_consent_and_signs_in(shop: Cast, link: RegistrationLink) -> None:
    guest = shop.browser()
    answer = guest.post(f"/join/{link.code}", **GUEST, birthday_month="5", birthday_day="20", birthday_year="1993")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/member/")
    assert signed_in(answer)
    with database.reading() as session:
        card = queries.find_member_by_phone(session, "13800138000")
        assert card is not None
        consent = queries.list_consents(session, card.id)[0]
    assert (card.name, card.source, card.store_id, card.opened_by) == ("林小满", "campaign", shop.east.id, None)
    assert (consent.kind, consent.version, consent.way) == ("membership", "1", "registration_page")
    assert "林小满" in guest.get("/member/me").text


def test_sent_twice_it_opens_one_card_and_signs_in_both_times(shop: Cast, link: RegistrationLink) -> None:
    guest, key = shop.browser(), str(uuid4())
    answers = [guest.post(f"/join/{link.code}", key=key, **GUEST) for _ in range(2)]
    assert [(answer.status_code, signed_in(answer)) for answer in answers] == [(303, True), (303, True)]
    assert (count(Member), count(Consent)) == (1, 1)


def test_an_old_form_sent_again_signs_nobody_in(shop: Cast, link: RegistrationLink) -> None:
    guest, key = shop.browser(), str(uuid4())
    guest.post(f"/join/{link.code}", key=key, **GUEST)
    with clock.stand_at(shop.at + timedelta(minutes=11)):
        answer = guest.post(f"/join/{link.code}", key=key, **GUEST)
    assert (answer.status_code, signed_in(answer)) == (303, False)


def test_a_known_phone_is_told_kindly_and_nothing_more(shop: Cast, link: RegistrationLink) -> None:
    shop.browser().post(f"/join/{link.code}", **GUEST)
    stranger = shop.browser()
    answer = stranger.post(f"/join/{link.code}", phone="13800138000", name="别人", consent="1")
    assert not signed_in(answer)
    page = stranger.get(answer.headers["Location"]).text
    assert "这个手机号已经是会员" in page
    assert "/member/sign-in" in page
    assert "林小满" not in page
    assert count(Member) == 1


def test_without_consent_there_is_no_card(shop: Cast, link: RegistrationLink) -> None:
    answer = shop.browser().post(f"/join/{link.code}", phone="13800138000", name="林小满")
    assert answer.status_code == 422
    assert "要先同意，才能开卡" in answer.text
    assert 'value="林小满"' in answer.text
    assert count(Member) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "", "consent": "1"},
        {"phone": "123", "consent": "1"},
        {"phone": "13800138000", "consent": "1", "birthday_month": "2", "birthday_day": "31"},
        {"phone": "13800138000", "consent": "1", "name": "x" * 99},
        {"phone": "13800138000", "consent": "maybe"},
    ],
)
def test_mistakes_are_told_on_the_same_page(shop: Cast, link: RegistrationLink, fields: dict[str, str]) -> None:
    answer = shop.browser().post(f"/join/{link.code}", **fields)
    assert answer.status_code == 422
    assert 'class="err"' in answer.text
    assert count(Member) == 0


def test_a_guest_cannot_choose_what_is_not_asked(shop: Cast, link: RegistrationLink) -> None:
    shop.browser().post(f"/join/{link.code}", **GUEST, note="VIP", source="friend", store=str(shop.south.id))
    with database.reading() as session:
        card = queries.find_member_by_phone(session, "13800138000")
    assert card is not None
    assert (card.note, card.source, card.store_id) == ("", "campaign", shop.east.id)


def test_an_archived_link_is_gone_with_words(shop: Cast, link: RegistrationLink) -> None:
    with database.transaction() as session:
        commands.archive_registration_link(session, link.id, actor=shop.owner, at=shop.at)
    for answer in (shop.browser().get(f"/join/{link.code}"), shop.browser().post(f"/join/{link.code}", **GUEST)):
        assert answer.status_code == 410
        assert "这个注册码已经停用" in answer.text
    assert shop.browser().get("/join/nothing").status_code == 404


def test_one_address_may_try_sixty_times_an_hour(shop: Cast, link: RegistrationLink) -> None:
    guest = shop.browser()
    for _ in range(PER_ADDRESS.most):
        guest.post(f"/join/{link.code}", phone="1")
    answer = guest.post(f"/join/{link.code}", **GUEST)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert 'value="林小满"' in answer.text
    assert count(Member) == 0


def test_the_form_needs_no_script(shop: Cast, link: RegistrationLink) -> None:
    page = shop.browser().get(f"/join/{link.code}").text
    form = re.search(rf'<form[^>]*method="post"[^>]*action="/join/{link.code}"', page)
    assert form is not None
    assert " on" not in form[0]
    assert "style=" not in page


def test_staff_who_try_the_page_do_not_become_the_opener(shop: Cast, link: RegistrationLink) -> None:
    shop.browser("cashier").post(f"/join/{link.code}", **GUEST)
    with database.reading() as session:
        card = queries.find_member_by_phone(session, "13800138000")
        assert card is not None
        assert (card.opened_by, queries.list_consents(session, card.id)[0].way) == (None, "registration_page")


def test_without_the_form_token_nothing_is_opened(shop: Cast, link: RegistrationLink) -> None:
    guest: Browser = shop.browser()
    assert guest.client.post(f"/join/{link.code}", data=GUEST).status_code == 400
    assert count(Member) == 0
