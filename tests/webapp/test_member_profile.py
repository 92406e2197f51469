"""我的: the member's own page."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.members import commands, queries
from services.members.models import Member
from services.members.schemas import MemberIn
from services.shared import clock, database
from tests.browse import body
from tests.cast import Cast
from tests.kit.push_subscriptions import HeadlessSubscription
from tests.pushing import deliveries, messages
from tests.selling import Till, fill_shelf


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    """林小满, born on 20 May, who agreed to the notice."""
    data = {
        "phone": "13800138000",
        "name": "林小满",
        "birthday": {"month": 5, "day": 20},
        "note": "老师",
        "consent": True,
    }
    with database.transaction() as session:
        return commands.create_member(session, dict(MemberIn().load(data)), actor=shop.cashier, at=shop.at)


@pytest.fixture
def known(xiaoman: Member) -> Callable[[], queries.MemberCard]:
    """What is known of 林小满 now."""

    def look() -> queries.MemberCard:
        with database.reading() as session:
            return queries.get_member(session, xiaoman.id)

    return look


def test_a_member_sees_the_own_profile_and_consent(shop: Cast, xiaoman: Member) -> None:
    phone = shop.phone(xiaoman)
    page = phone.get("/member/me").text
    for words in ("林小满", "138 0013 8000", "5月20日", xiaoman.number, "/member/me/privacy", "/member/sign-out"):
        assert words in page
    assert "老师" not in page  # the note is for staff
    assert "在柜台同意，版本 1" in phone.get("/member/me/privacy").text


def test_a_member_changes_the_profile(shop: Cast, xiaoman: Member, known: Callable[[], queries.MemberCard]) -> None:
    phone = shop.phone(xiaoman)
    assert 'value="林小满"' in phone.get("/member/me/edit").text
    sent = {"name": "小满", "gender": "female", "wechat_id": "xm93", "birthday_month": "5", "birthday_day": "20"}
    answer = phone.post("/member/me/edit", **sent, note="VIP", phone="13900000000")
    assert answer.status_code == 303
    card = known()
    assert (card.name, card.gender, card.wechat_id) == ("小满", "female", "xm93")
    assert (card.note, card.phone) == ("老师", "+8613800138000")


def test_the_birthday_changes_once_a_year(shop: Cast, xiaoman: Member, known: Callable[[], queries.MemberCard]) -> None:
    phone = shop.phone(xiaoman)
    sent = {"name": "林小满", "gender": "unknown", "birthday_month": "6"}
    assert phone.post("/member/me/edit", **sent, birthday_day="1").status_code == 303
    refused = phone.post("/member/me/edit", **sent, birthday_day="2")
    assert refused.status_code == 422
    assert "生日一年只能改一次" in refused.text
    assert phone.post("/member/me/edit", **sent, birthday_day="").status_code == 422
    with clock.stand_at(shop.at + timedelta(days=366)):
        later = shop.phone(xiaoman)
    assert later is not None
    birthday = known().birthday
    assert birthday is not None
    assert (birthday.month, birthday.day) == (6, 1)


def test_a_member_chooses_the_language(shop: Cast, xiaoman: Member, known: Callable[[], queries.MemberCard]) -> None:
    phone = shop.phone(xiaoman)
    assert phone.post("/member/me/language", language="en").status_code == 303
    assert known().language == "en"
    assert '<html lang="en"' in phone.get("/member/me").text
    assert phone.post("/member/me/language", language="xx").status_code == 422


def till_of(shop: Cast, member: Member) -> Till:
    return Till(shop, shop.browser("cashier"), fill_shelf(shop.at), member)


def test_a_member_takes_the_consent_back_and_nobody_writes_any_more(shop: Cast, xiaoman: Member) -> None:
    till, phone = till_of(shop, xiaoman), shop.phone(xiaoman)
    assert "撤回同意" in phone.get("/member/me/privacy").text
    assert phone.post("/member/me/consents/withdraw").status_code == 303
    page = phone.get("/member/me/privacy").text
    assert "撤回了，店里不再给您发消息" in page
    assert "同意隐私说明" in page
    till.sell(till.line("拿铁"), member=xiaoman)
    path = f"/api/v1/members/{xiaoman.id}/messages"
    refused = shop.browser("manager").api("POST", path, {"title": "新品", "body": "来尝尝"})
    assert (refused.status_code, body(refused)["code"]) == (409, "consent_withdrawn")
    assert messages() == []
    assert phone.post("/member/me/consents/withdraw").status_code == 409


def test_a_member_who_agrees_again_is_written_to_again(shop: Cast, xiaoman: Member) -> None:
    till, phone = till_of(shop, xiaoman), shop.phone(xiaoman)
    phone.post("/member/me/consents/withdraw")
    assert phone.post("/member/me/consents").status_code == 303
    assert "在会员端同意" in phone.get("/member/me/privacy").text
    till.sell(till.line("拿铁"), member=xiaoman)
    assert len(messages()) == 1


def test_what_waits_for_a_sender_is_not_sent_after_the_consent_was_taken_back(shop: Cast, xiaoman: Member) -> None:
    till, phone = till_of(shop, xiaoman), shop.phone(xiaoman)
    keys = HeadlessSubscription("", application_key=None).info["keys"]
    sent = {"endpoint": "https://web.push.apple.com/1", "keys": keys}
    assert phone.api("POST", "/api/v1/me/push-subscriptions", sent).status_code == 201
    till.sell(till.line("拿铁"), member=xiaoman)
    assert [delivery.state for delivery in deliveries()] == ["waiting"]
    phone.post("/member/me/consents/withdraw")
    assert [delivery.state for delivery in deliveries()] == ["failed"]


@pytest.mark.parametrize("path", ["/member/me", "/member/me/edit"])
def test_nobody_else_gets_in(shop: Cast, path: str) -> None:
    assert shop.browser().get(path).status_code == 303
    assert shop.browser("owner").get(path).status_code == 303  # a staff session never opens the member app
