"""标签: by hand and by rule; a rule follows what happens."""

from datetime import timedelta
from typing import Any

import pytest

from services.segments import jobs
from services.shared import clock
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import Till, fill_shelf, welcome_member

BUYS_COOKIES = {"all": [{"kind": "orders", "at_least": 1}]}


@pytest.fixture
def till(shop: Cast) -> Till:
    return Till(shop, shop.browser("cashier"), fill_shelf(shop.at), welcome_member(shop.at))


def create(browser: Browser, name: str, rule: Any = None) -> Any:
    return body(browser.api("POST", "/api/v1/tags", {"name": name, "colour": "honey", "group": "口味", "rule": rule}))


def worn(till: Till) -> list[tuple[str, str]]:
    items = body(till.browser.api("GET", f"/api/v1/members/{till.member.id}/tags"))["items"]
    return [(each["name"], each["by"]) for each in items]


def test_a_cashier_puts_a_tag_on_and_takes_it_off(till: Till) -> None:
    tag = create(till.shop.browser("manager"), "怕甜")
    page = till.browser.post(f"/staff/members/{till.member.id}/tags", tag=tag["id"])
    assert page.status_code == 303
    assert worn(till) == [("怕甜", "staff")]
    assert "怕甜" in till.browser.get(f"/staff/members/{till.member.id}").text
    till.browser.post(f"/staff/members/{till.member.id}/tags/{tag['id']}/remove")
    assert worn(till) == []


def test_a_rule_gives_its_tag_after_a_sale_and_takes_it_after_the_refund(till: Till) -> None:
    create(till.shop.browser("manager"), "买过的", BUYS_COOKIES)
    jobs.follow_tags()
    assert worn(till) == []
    order = till.sell(till.line("曲奇"), member=till.member)
    jobs.follow_facts()
    assert worn(till) == [("买过的", "system")]
    everything = {"lines": [{"line": "1", "quantity": 1}], "amount": None, "reason": "口味不对"}
    refunded = till.shop.browser("manager").api("POST", f"/api/v1/orders/{order['id']}/refunds", everything)
    assert refunded.status_code == 201, refunded.text
    jobs.follow_facts()
    assert worn(till) == []


def test_what_only_grows_old_is_followed_by_night(till: Till) -> None:
    create(till.shop.browser("manager"), "沉睡", {"all": [{"kind": "last_visit", "at_least": 60}]})
    till.sell(till.line("曲奇"), member=till.member)
    jobs.keep_day()
    assert worn(till) == []
    with clock.stand_at(clock.now() + timedelta(days=60)):
        jobs.keep_day()
    assert worn(till) == [("沉睡", "system")]


def test_a_new_rule_finds_those_that_there_are_and_a_changed_one_lets_go(till: Till) -> None:
    manager = till.shop.browser("manager")
    till.sell(till.line("曲奇"), member=till.member)
    jobs.follow_facts()
    tag = create(manager, "买过的", BUYS_COOKIES)
    jobs.follow_tags()
    assert worn(till) == [("买过的", "system")]
    manager.api("PATCH", f"/api/v1/tags/{tag['id']}", {"rule": {"all": [{"kind": "orders", "at_least": 5}]}})
    jobs.follow_tags()
    assert worn(till) == []


def test_nobody_puts_on_by_hand_what_a_rule_gives(till: Till) -> None:
    tag = create(till.shop.browser("manager"), "买过的", BUYS_COOKIES)
    refused = till.browser.api("POST", f"/api/v1/members/{till.member.id}/tags", {"tag": tag["id"]})
    assert body(refused)["code"] == "tag_by_rule"


def test_a_preset_is_one_tap_with_the_products_of_this_shop(till: Till) -> None:
    manager = till.shop.browser("manager")
    page = manager.get("/staff/tags").text
    assert "高客单价" in page
    assert "提拉米苏爱好者" in page
    assert "巧克力控" not in page, "this shop sells none"
    form = manager.get("/staff/tags/new?preset=high_average").text
    assert 'name="t-0.at_least" value="100.00"' in form
    saved = manager.post(
        "/staff/tags/new", name="高客单价", colour="brand", group="价值", preset="high_average",
        **{"t.word": "all", "t-0.kind": "average", "t-0.at_least": "100.00"},
    )  # fmt: skip
    assert saved.status_code == 303, saved.text
    assert "preset=high_average" not in manager.get("/staff/tags").text


def test_a_tag_whose_rule_tells_of_children_is_seen_by_who_may_see_them(till: Till) -> None:
    tag = create(till.shop.browser("owner"), "宝妈", {"all": [{"kind": "children", "at_least": 1}]})
    assert till.browser.api("GET", f"/api/v1/tags/{tag['id']}").status_code == 404
    assert "宝妈" not in till.browser.get("/staff/tags").text
    assert "宝妈" in till.shop.browser("owner").get("/staff/tags").text


def test_two_tags_in_use_never_share_a_name(till: Till) -> None:
    manager = till.shop.browser("manager")
    create(manager, "怕甜")
    refused = manager.post("/staff/tags/new", name="怕甜", colour="honey", group="口味")
    assert refused.status_code == 422
    assert "已经有一个了" in refused.text
    assert 'value="口味"' in refused.text
