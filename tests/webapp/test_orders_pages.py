"""订单: a store's day, searching, one order, the receipt; nobody sees another store's."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from tests.browse import body
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till
from tests.webapp.back_office import counted

CASH = {"kind": "cash", "amount": "64.00", "received": "100.00"}


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def numbers_of(page: str) -> list[str]:
    """The orders on a list, in their order."""
    return re.findall(r'<b class="num">(A\d-\d{4}-\d{4})</b>', page)


def listed(till: Till, **query: str) -> list[str]:
    """What the list shows for these parameters."""
    return numbers_of(till.browser.get("/staff/orders", query_string=query).text)


def sold_before(till: Till, *, days: int) -> Any:
    """A latte that the member bought some days ago."""
    with clock.stand_at(NOON - timedelta(days=days)):
        return till.sell(till.line("拿铁"), member=till.member)


def test_a_day_without_orders_says_what_to_do(shop: Cast) -> None:
    page = shop.browser("cashier").get("/staff/orders").text
    assert "今天还没有订单" in page
    assert "去收银" in page
    assert "去收银" not in shop.browser("kitchen").get("/staff/orders").text


def test_the_latest_order_stands_first_and_the_day_is_summed_up(till: Till) -> None:
    till.sell(till.line("提拉米苏", 2))
    till.pay(till.quote(till.line("提拉米苏", 2), member=till.member), CASH)
    page = till.shop.browser("manager").get("/staff/orders").text
    assert numbers_of(page) == ["A1-1121-0002", "A1-1121-0001"]
    for words in ("2 单", "4 件", "128.00", "现金 ¥64.00", "微信 ¥64.00", "林小满", "散客"):
        assert words in page


def test_who_counts_blind_reads_no_sums_by_way_of_paying(till: Till) -> None:
    till.sell(till.line("提拉米苏", 2))
    till.pay(till.quote(till.line("提拉米苏", 2)), CASH)
    assert "现金 ¥64.00" not in till.browser.get("/staff/orders").text
    manager = till.shop.browser("manager")
    filtered = {"tender": "cash"}
    till.pay(till.quote(till.line("提拉米苏", 3)), {"kind": "cash", "amount": "96.00"})
    assert "160.00" not in re.sub(r"<[^>]+>", "", till.browser.get("/staff/orders", query_string=filtered).text)
    assert "160.00" in re.sub(r"<[^>]+>", "", manager.get("/staff/orders", query_string=filtered).text)


def test_who_only_reads_orders_gets_no_receipt_to_pass_on(till: Till) -> None:
    order = till.sell(till.line("提拉米苏"))
    kitchen, told = till.shop.browser("kitchen"), {"receipt_code": None, "receipt_url": None}
    link = order["receipt_url"].rsplit("/", 1)[1]
    api, page = f"/api/v1/orders/{order['id']}", f"/staff/orders/{order['id']}"
    for path in ("/api/v1/orders", api, page, f"{page}/receipt", "/staff/orders"):
        seen = kitchen.get(path)
        assert (seen.status_code, order["receipt_code"] in seen.text, link in seen.text) == (200, False, False), path
        assert order["receipt_code"] in till.browser.get(path).text
    assert told.items() <= body(kitchen.get(api)).items()
    assert (kitchen.get(f"{api}/receipt-link").status_code, till.browser.get(f"{api}/receipt-link").status_code) == (
        403,
        200,
    )
    claims = till.shop.token("orders:read", "orders:claim")
    assert order["receipt_code"] in till.shop.client().get(api, headers=claims).text


def test_members_find_orders_only_for_who_may_read_members(till: Till) -> None:
    till.sell(till.line("拿铁"), member=till.member)
    kitchen = till.shop.browser("kitchen")
    for text in ("13800138000", "8000", "lxm"):
        assert numbers_of(kitchen.get("/staff/orders", query_string={"q": text}).text) == [], text
    assert numbers_of(kitchen.get("/staff/orders?q=A1-1121").text) == ["A1-1121-0001"]


def test_yesterday_is_one_tap_away(till: Till) -> None:
    sold_before(till, days=1)
    page = till.browser.get("/staff/orders").text
    assert "今天还没有订单" in page
    assert "day=2026-11-20" in page
    page = till.browser.get("/staff/orders?day=2026-11-20").text
    assert "昨天" in page
    assert numbers_of(page) == ["A1-1120-0001"]


@pytest.mark.parametrize("text", ["A1-1118-0001", "a1-1118", "1", "林小满", "lxm", "8000"])
def test_an_order_is_found_by_number_and_by_member(till: Till, text: str) -> None:
    sold_before(till, days=3)
    assert listed(till, q=text) == ["A1-1118-0001"]


def test_an_order_is_found_by_its_receipt(till: Till) -> None:
    till.sell(till.line("拿铁"))
    code = till.sell(till.line("巴斯克"))["receipt_code"]
    assert listed(till, q=code) == ["A1-1121-0002"]
    assert listed(till, q=f"CK:R:{code.lower()}") == ["A1-1121-0002"]


def test_a_search_without_result_says_so(till: Till) -> None:
    till.sell(till.line("拿铁"))
    assert "没有这样的订单" in till.browser.get("/staff/orders?q=9999").text


def test_orders_are_filtered_by_the_way_of_paying(till: Till) -> None:
    till.sell(till.line("拿铁"))
    till.pay(till.quote(till.line("提拉米苏", 2)), CASH)
    assert listed(till, tender="cash") == ["A1-1121-0002"]
    assert listed(till, tender="wechat") == ["A1-1121-0001"]
    assert listed(till, tender="alipay") == []
    assert len(listed(till, tender="shells")) == 2


def test_a_long_day_comes_page_by_page(till: Till) -> None:
    for _each in range(33):
        till.sell(till.line("拿铁"))
    first = till.browser.get("/staff/orders").text
    following = re.search(r'hx-get="(/staff/orders\?after=\d+)"', first)
    assert following is not None
    second = till.browser.get(following[1]).text
    assert [len(numbers_of(first)), len(numbers_of(second))] == [30, 3]
    assert numbers_of(second)[-1] == "A1-1121-0001"


@pytest.mark.parametrize(
    "query", ["day=yesterday", "day=0001-01-01", "after=x", "after=99999999999999999999", "q=%00", "tender=%27"]
)
def test_odd_addresses_are_forgiven(till: Till, query: str) -> None:
    till.sell(till.line("拿铁"))
    assert till.browser.get(f"/staff/orders?{query}").status_code == 200


def test_an_order_shows_everything(till: Till) -> None:
    cake = till.line("6寸蛋糕", options={"size": "8"}, note="生日快乐")
    quote = till.quote(cake, till.line("拿铁", 2), member=till.member)
    split = ({"kind": "alipay", "amount": "222.00"}, {"kind": "cash", "amount": "100.00", "received": "150.00"})
    order = till.pay(quote, *split).get_json()
    page = till.browser.get(f"/staff/orders/{order['id']}").text
    for words in (
        order["number"], "8 寸 · 生日快乐", "¥22.00 × 2", "支付宝", "收到 ¥150.00，找零 ¥50.00", "获得 32 积分", "0 → 32",
        "林小满", "小林", "东湖店", "今天 14:20", order["receipt_code"], "<svg",
    ):  # fmt: skip
        assert words in page


def test_the_list_beside_an_old_order_shows_its_day(till: Till) -> None:
    order = sold_before(till, days=9)
    assert numbers_of(till.browser.get(f"/staff/orders/{order['id']}").text) == ["A1-1112-0001"]


def test_a_walk_in_has_no_points(till: Till) -> None:
    order = till.sell(till.line("拿铁"))
    page = till.browser.get(f"/staff/orders/{order['id']}").text
    assert "散客" in page
    assert "积分，" not in page


def test_the_receipt_says_what_paper_must(till: Till) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"orders.receipt_note": "欢迎再来"}, actor=SYSTEM, at=NOON)
        stores.change_store(
            session, till.shop.east.id, {"phone": "027 5550 0101", "address": "东湖路 88 号"}, actor=SYSTEM, at=NOON
        )
    order = till.pay(till.quote(till.line("提拉米苏", 2), member=till.member), CASH).get_json()
    page = till.browser.get(f"/staff/orders/{order['id']}/receipt").text
    for words in (
        "小满甜品", "东湖店", "027 5550 0101", "东湖路 88 号", order["number"], "2026-11-21 14:20", "×2", "64.00", "¥100.00",
        "找零", "¥36.00", "+6", order["receipt_code"], "欢迎再来", "<svg",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize("role", ["cashier", "kitchen", "manager", "owner"])
def test_everyone_of_the_store_reads_its_orders(till: Till, role: str) -> None:
    order = till.sell(till.line("拿铁"))
    browser = till.shop.browser(role)
    for path in ("/staff/orders", f"/staff/orders/{order['id']}", f"/staff/orders/{order['id']}/receipt"):
        assert browser.get(path).status_code == 200


def test_another_stores_orders_do_not_exist(till: Till) -> None:
    order = till.sell(till.line("拿铁"), member=till.member)
    southern = till.shop.browser("southern")
    for path in (
        f"/staff/orders/{order['id']}",
        f"/staff/orders/{order['id']}/receipt",
        "/staff/orders/999999999999999999999",
    ):
        assert southern.get(path).status_code == 404
    for text in (order["number"], order["receipt_code"], "林小满", ""):
        assert numbers_of(southern.get("/staff/orders", query_string={"q": text}).text) == []


def test_a_day_asks_few_questions(till: Till) -> None:
    for _each in range(5):
        till.sell(till.line("拿铁"), member=till.member)
    till.browser.get("/staff/orders")
    with counted() as asked:
        till.browser.get("/staff/orders")
    assert len(asked) <= 17
