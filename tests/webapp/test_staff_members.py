"""The members' pages of the staff app, and the registration links."""

import re
from uuid import uuid4

import pytest

from services.members import commands, queries
from services.members.models import Member
from services.members.schemas import MemberIn
from services.shared import database
from tests.cast import Cast
from tests.selling import open_till


def open_card(shop: Cast, **fields: object) -> Member:
    """A card that 小林 opened."""
    data = dict(MemberIn().load({"phone": "13800138000", "name": "林知夏", **fields}))
    with database.transaction() as session:
        return commands.create_member(session, data, actor=shop.cashier, at=shop.at)


def card_of(member_id: int) -> queries.MemberCard:
    """What is known of a member now."""
    with database.reading() as session:
        return queries.get_member(session, member_id)


def test_an_empty_list_says_what_to_do(shop: Cast) -> None:
    page = shop.browser("cashier").get("/staff/members").text
    assert "还没有会员，先加一位" in page
    assert "/staff/members/new" in page


def test_the_list_shows_who_and_hides_the_phone(shop: Cast) -> None:
    open_card(shop)
    page = shop.browser("cashier").get("/staff/members").text
    assert "林知夏" in page
    assert "138 **** 8000" in page
    assert "13800138000" not in page
    assert "138 0013 8000" not in page


@pytest.mark.parametrize(
    "text", ["lzx", "知夏", "0013 8000", "138 0013"]
)  # four digits may stand in a member number too
def test_a_search_finds_by_any_part(shop: Cast, text: str) -> None:
    member = open_card(shop)
    open_card(shop, phone="15912345679", name="王大锤")
    page = shop.browser("manager").get("/staff/members", query_string={"q": text}).text
    assert f"/staff/members/{member.id}" in page
    assert "王大锤" not in page


def test_nobody_found_leads_to_a_card_with_the_text_filled_in(shop: Cast) -> None:
    browser = shop.browser("cashier")
    page = browser.get("/staff/members?q=13912345678").text
    assert "没有找到「13912345678」" in page
    assert "/staff/members/new?phone=13912345678" in page
    assert 'value="13912345678"' in browser.get("/staff/members/new?phone=13912345678").text
    assert "/staff/members/new?name=" in browser.get("/staff/members?q=李雷").text


@pytest.mark.parametrize(
    "query", ["after=x", "after=" + "9" * 40, "state=x", "store=x&source=%00", "q=%00%F0%9F", "store=" + "9" * 30]
)
def test_odd_filters_break_nothing(shop: Cast, query: str) -> None:
    open_card(shop)
    assert shop.browser("cashier").get(f"/staff/members?{query}").status_code == 200


def test_filters_and_pages_are_addresses(shop: Cast) -> None:
    for number in range(32):
        open_card(shop, phone=f"138001380{number:02d}", name=f"客{number}", source="friend" if number else "walk_in")
    browser = shop.browser("cashier")
    first = browser.get("/staff/members?source=friend").text
    following = re.search(r'hx-get="(/staff/members\?[^"]*after=\d+)"', first)
    assert first.count('<a class="row ') == 30
    assert following is not None
    assert "source=friend" in following[1]
    assert browser.get(following[1].replace("&amp;", "&")).text.count('<a class="row ') == 1
    assert "没有符合的会员" in browser.get("/staff/members?state=dormant").text


def test_a_card_is_opened_in_one_step(shop: Cast) -> None:
    answer = shop.browser("cashier").post("/staff/members/new", phone="138 0013 8000", consent="1")
    assert answer.status_code == 303
    card = card_of(int(answer.headers["Location"].rsplit("/", 1)[1]))
    assert (card.phone, card.shown_name, card.source) == ("+8613800138000", "138 **** 8000", "walk_in")
    with database.reading() as session:
        assert queries.find_consent(session, card.id, "membership") is not None


def test_a_double_tap_opens_one_card(shop: Cast) -> None:
    browser, key = shop.browser("cashier"), str(uuid4())
    answers = [browser.post("/staff/members/new", key=key, phone="13800138000") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


def test_a_known_phone_leads_straight_to_the_member(shop: Cast) -> None:
    member = open_card(shop)
    answer = shop.browser("cashier").post("/staff/members/new", phone="+86 13800138000", name="新名字")
    assert answer.status_code == 409
    assert f'href="/staff/members/{member.id}"' in answer.text
    assert 'value="新名字"' in answer.text


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(shop: Cast) -> None:
    answer = shop.browser("cashier").post(
        "/staff/members/new", phone="1380013", name="林知夏", birthday_month="2", birthday_day="30"
    )
    assert answer.status_code == 422
    assert "请填手机号" in answer.text
    assert "这个月没有这一天" in answer.text
    assert 'value="林知夏"' in answer.text


def test_the_page_shows_the_whole_phone_to_call(shop: Cast) -> None:
    member = open_card(shop, birthday={"calendar": "lunar", "month": 8, "day": 15}, note="不爱太甜")
    page = shop.browser("manager").get(f"/staff/members/{member.id}").text
    assert 'href="tel:+8613800138000"' in page
    assert "138 0013 8000" in page
    assert "农历八月十五" in page
    assert "不爱太甜" in page


def test_a_card_is_changed(shop: Cast) -> None:
    member = open_card(shop)
    browser, path = shop.browser("cashier"), f"/staff/members/{member.id}/edit"
    assert 'value="林知夏"' in browser.get(path).text
    fields = {
        "name": "林小满",
        "gender": "female",
        "source": "friend",
        "store": str(shop.east.id),
    }
    assert browser.post(path, **fields, birthday_month="5", birthday_day="20", birthday_year="").status_code == 303
    card = card_of(member.id)
    assert (card.phone, card.name, card.gender, card.source) == ("+8613800138000", "林小满", "female", "friend")
    assert card.birthday is not None
    assert (card.birthday.month, card.birthday.year) == (5, None)


def test_a_card_is_taken_out_of_use_with_a_way_back(shop: Cast) -> None:
    member, browser = open_card(shop), shop.browser("manager")
    page = browser.get(browser.post(f"/staff/members/{member.id}/archive").headers["Location"]).text
    assert "这张卡已停用" in page
    assert f"/staff/members/{member.id}/restore" in page
    assert "林知夏" not in browser.get("/staff/members").text
    assert "林知夏" in browser.get("/staff/members?state=archived").text
    browser.post(f"/staff/members/{member.id}/restore")
    assert not card_of(member.id).archived


def test_consent_is_written_down_and_taken_back_at_the_counter(shop: Cast) -> None:
    member, browser = open_card(shop), shop.browser("cashier")
    path = f"/staff/members/{member.id}"
    assert "没有同意" in browser.get(path).text
    browser.post(f"{path}/consents")
    assert "在柜台同意" in browser.get(path).text
    browser.post(f"{path}/consents/withdraw")
    assert "在柜台撤回了" in browser.get(path).text
    assert browser.post(f"{path}/consents/withdraw").status_code == 409


PAGES = ("/staff/members", "/staff/members/new", "/staff/members/{}", "/staff/members/{}/edit")


@pytest.mark.parametrize("path", PAGES)
def test_the_kitchen_sees_no_members(shop: Cast, path: str) -> None:
    member = open_card(shop)
    assert shop.browser("kitchen").get(path.format(member.id)).status_code == 403
    assert shop.browser().get(path.format(member.id)).status_code == 303


@pytest.mark.parametrize("path", PAGES)
def test_members_belong_to_the_whole_shop(shop: Cast, path: str) -> None:
    member = open_card(shop, store=str(shop.east.id))
    assert shop.browser("southern").get(path.format(member.id)).status_code == 200


def test_a_cashier_takes_no_card_out_of_use(shop: Cast) -> None:
    member, browser = open_card(shop), shop.browser("cashier")
    assert "停用会员卡" not in browser.get(f"/staff/members/{member.id}").text
    assert browser.post(f"/staff/members/{member.id}/archive").status_code == 403
    assert browser.post("/staff/members/999/consents").status_code == 404


def test_what_people_type_is_never_markup(shop: Cast) -> None:
    member = open_card(shop, name="<img src=x>", note="<script>alert(1)</script>", wechat_id='"><i>x')
    for path in ("/staff/members", f"/staff/members/{member.id}", f"/staff/members/{member.id}/edit"):
        page = shop.browser("cashier").get(path).text
        assert "<img src=x>" not in page
        assert "<script>alert" not in page
        assert '"><i>x' not in page


def test_a_registration_link_is_made_shown_and_printed(shop: Cast) -> None:
    browser = shop.browser("manager")
    assert "还没有注册码" in browser.get("/staff/registration-links").text
    wrong = browser.post("/staff/registration-links", label="", store=str(shop.south.id), source="walk_in")
    assert wrong.status_code == 422
    made = browser.post("/staff/registration-links", label="收银台", store=str(shop.east.id), source="campaign")
    path = made.headers["Location"]
    for page in (browser.get(path).text, browser.get(f"{path}/poster").text):
        assert re.search(r"http://localhost:\d+/join/[0-9a-z]{10}", page)
        assert "<svg shape-rendering" in page
        assert "style=" not in page
    assert "收银台" in browser.get("/staff/registration-links").text


def test_an_archived_link_goes_to_the_other_list(shop: Cast) -> None:
    browser = shop.browser("manager")
    made = browser.post("/staff/registration-links", label="后院", store=str(shop.east.id), source="walk_in")
    browser.post(made.headers["Location"] + "/archive")
    browser.get("/staff/registration-links")  # says what was done
    assert "后院" not in browser.get("/staff/registration-links").text
    assert "后院" in browser.get("/staff/registration-links?state=archived").text


def test_links_are_for_managers_of_their_own_store(shop: Cast) -> None:
    made = shop.browser("owner").post(
        "/staff/registration-links", label="门口", store=str(shop.south.id), source="walk_in"
    )
    assert shop.browser("manager").get(made.headers["Location"]).status_code == 404
    assert shop.browser("manager").post(made.headers["Location"] + "/archive").status_code == 404
    assert shop.browser("cashier").get("/staff/registration-links").status_code == 403


def test_a_members_page_names_orders_of_own_stores_only(shop: Cast) -> None:
    till = open_till(shop)
    order = till.sell(till.line("提拉米苏", 2), member=till.member)
    path, row = f"/staff/members/{till.member.id}", f"/staff/orders/{order['id']}"
    assert row in shop.browser("cashier").get(path).text
    far = shop.browser("southern").get(path).text
    assert (row in far, "东湖店 ·" in far) == (False, False)


def test_a_members_page_shows_what_they_hold_with_its_permission_only(shop: Cast) -> None:
    till = open_till(shop)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    path = f"/staff/members/{till.member.id}"
    parts = {
        "orders:read": 'id="orders"',
        "points:read": 'id="points"',
        "wallet:read": 'id="wallet"',
        "coupons:read": 'id="coupons"',
    }
    for one in ("", *parts):
        page = shop.browser_that_may("members:read", *filter(None, [one])).get(path)
        assert page.status_code == 200
        assert [mark for mark in parts.values() if mark in page.text] == ([parts[one]] if one else [])
    listed = shop.browser_that_may("members:read").get("/staff/members").text
    assert ("林小满" in listed, "6 分" in listed) == (True, False)
