"""Consent on the pages of both apps, at the counter, when joining, and in the API."""

import re

import pytest

from services.members import queries
from services.members.models import RegistrationLink
from services.shared import database
from tests.browse import body
from tests.cast import Cast
from tests.selling import welcome_member
from tests.webapp.test_join import GUEST, link

__all__ = ["link"]


def kinds(member_id: int) -> dict[str, str]:
    with database.reading() as session:
        return {card.kind: card.state for card in queries.list_purposes(session, member_id)}


def test_a_member_gives_and_takes_back_each_purpose_alone(shop: Cast) -> None:
    member = welcome_member(shop.at)
    phone = shop.phone(member)
    text = phone.get("/member/me/privacy").text
    for words in ("优惠和新品消息", "孩子的信息", "健康信息", "敏感个人信息"):
        assert words in text
    assert phone.post("/member/me/consents", kind="health", version="1").location.endswith("#consent-health")
    assert (kinds(member.id)["health"], kinds(member.id)["marketing"]) == ("holds", "none")
    assert phone.post("/member/me/consents/withdraw", kind="health").status_code == 303
    assert kinds(member.id)["health"] == "withdrawn"
    assert phone.post("/member/me/consents/withdraw", kind="health").status_code == 409
    assert phone.post("/member/me/consents", kind="weather").status_code == 422


def test_who_read_older_words_reads_again(shop: Cast) -> None:
    member, owner = welcome_member(shop.at), shop.browser("owner")
    phone = shop.phone(member)
    phone.post("/member/me/consents", kind="marketing", version="1")
    sent = {"words": "新的优惠消息说明，请再看一遍。", "anew": "1", "over": "1"}
    assert owner.post("/staff/settings/consents/marketing", **sent).status_code == 303
    text = phone.get("/member/me/privacy").text
    assert "说明更新了，要再同意一次" in text
    assert "新的优惠消息说明" in text
    assert phone.post("/member/me/consents", kind="marketing", version="1").status_code == 409
    assert phone.post("/member/me/consents", kind="marketing", version="2").status_code == 303
    assert kinds(member.id)["marketing"] == "holds"


def test_joining_does_not_tick_marketing_and_takes_it_when_ticked(shop: Cast, link: RegistrationLink) -> None:
    text = shop.browser().get(f"/join/{link.code}").text
    box = re.search(r'<input[^>]*name="marketing"[^>]*>', text)
    assert box is not None
    assert "checked" not in box[0]
    shop.browser().post(f"/join/{link.code}", **GUEST)
    shop.browser().post(f"/join/{link.code}", **(GUEST | {"phone": "13900139000", "marketing": "1"}))
    with database.reading() as session:
        quiet, curious = (queries.find_member_by_phone(session, each) for each in ("13800138000", "13900139000"))
    assert quiet is not None
    assert curious is not None
    assert (kinds(quiet.id)["marketing"], kinds(curious.id)["marketing"]) == ("none", "holds")


def test_staff_write_down_what_was_said_or_signed(shop: Cast) -> None:
    member, browser = welcome_member(shop.at), shop.browser("cashier")
    path = f"/staff/members/{member.id}"
    assert browser.post(f"{path}/consents", kind="children", way="paper", version="1").status_code == 303
    text = browser.get(path).text
    assert "在柜台签字同意，版本 1" in text
    assert "小林记下" in text
    assert browser.post(f"{path}/consents", kind="children", way="smoke").status_code == 422
    assert browser.post(f"{path}/consents/withdraw", kind="children").status_code == 303
    assert "小林记下撤回" in browser.get(path).text


def test_a_card_opened_at_the_counter_may_agree_to_offers(shop: Cast) -> None:
    answer = shop.browser("cashier").post("/staff/members/new", phone="138 0013 8000", consent="1", marketing="1")
    member_id = int(answer.location.rsplit("/", 1)[1])
    assert (kinds(member_id)["membership"], kinds(member_id)["marketing"]) == ("holds", "holds")


def test_the_owner_publishes_and_everybody_else_reads(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert "自带的说明" in owner.get("/staff/settings/consents").text
    sent = {"words": "我们只在您同意时告诉您新品。", "over": "1"}
    assert shop.browser("manager").post("/staff/settings/consents/marketing", **sent).status_code == 403
    assert owner.post("/staff/settings/consents/marketing", words="短", over="1").status_code == 422
    assert owner.post("/staff/settings/consents/marketing", **sent).status_code == 303
    again = owner.post("/staff/settings/consents/marketing", words="别人也写了一版，不一样。", over="1")
    assert (again.status_code, "说明刚刚更新了" in again.text) == (409, True)
    text = shop.browser("manager").get("/staff/settings/consents/marketing").text
    assert "我们只在您同意时告诉您新品。" in text
    assert "发布新的一版" not in text
    assert owner.get("/staff/settings/consents/weather").status_code == 404
    assert "发布隐私说明" in owner.get("/staff/audit").text


@pytest.mark.parametrize("mine", [True, False])
def test_programs_do_the_same(shop: Cast, *, mine: bool) -> None:
    member = welcome_member(shop.at)
    browser = shop.phone(member) if mine else shop.browser("cashier")
    path = "/api/v1/me/consents" if mine else f"/api/v1/members/{member.id}/consents"
    given = browser.api("POST", path, {"kind": "health", "version": "1"})
    assert given.status_code == 201
    told = {each["kind"]: each["state"] for each in body(given)["purposes"]}
    assert (told["health"], told["membership"]) == ("holds", "none")
    taken = body(browser.api("DELETE", f"{path}/health"))
    assert taken["items"][0]["withdrawn_way"] == ("member_app" if mine else "counter")
    assert browser.api("DELETE", f"{path}/health").status_code == 409
    assert browser.api("DELETE", f"{path}/weather").status_code == 404
    assert body(browser.api("GET", path))["purposes"][0]["text"]["version"] == "1"


def test_programs_publish_words(shop: Cast) -> None:
    sent = {"kind": "children", "words": "我是监护人，同意保存孩子的生日。", "anew": True, "over": "1"}
    made = shop.browser("owner").api("POST", "/api/v1/consent-texts", sent)
    assert (made.status_code, body(made)["version"]) == (201, "2")
    again = shop.browser("owner").api("POST", "/api/v1/consent-texts", sent)
    assert body(again)["code"] == "words_changed"
    items = body(shop.browser("cashier").api("GET", "/api/v1/consent-texts"))["items"]
    assert [each["version"] for each in items if each["kind"] == "children"] == ["2", "1"]
