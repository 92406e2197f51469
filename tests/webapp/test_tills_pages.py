"""收银班次: opening, moving cash, counting blind or not, the day, paper."""

import re

import pytest

from services.shared import database
from services.tills import queries
from tests.cast import Cast
from tests.selling import Till, open_till
from tests.tilling import close, open_shift, put_into


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def test_a_shop_without_a_shift_says_how_to_begin(shop: Cast) -> None:
    page = shop.browser("cashier").get("/staff/tills").text
    assert "还没开班" in page
    assert 'href="/staff/tills/new"' in page
    assert 'value="300.00"' in shop.browser("cashier").get("/staff/tills/new").text


def test_a_cashier_opens_moves_counts_and_closes(shop: Cast) -> None:
    browser = shop.browser("cashier")
    opened = browser.post("/staff/tills/new", name="收银台", opening_float="300")
    path = opened.headers["Location"]
    assert browser.post(f"{path}/entries", kind="out", amount="20", reason="付快递费").status_code == 303
    page = browser.get(path).text
    assert "付快递费" in page
    assert "−20.00" in page
    fields = {
        "pieces.100": "2",
        "pieces.50": "1",
        "pieces.10": "3",
        "counted.cash": "",
        "counted.wechat": "",
        "reason": "",
    }
    assert browser.post(f"{path}/close", **fields).headers["Location"] == path
    page = browser.get(path).text
    assert "已交班" in page
    assert "280.00" in page


def test_counting_is_blind_without_the_permission(till: Till) -> None:
    shift = open_shift(till.shop)
    put_into(shift, till.pay(till.quote(till.line("拿铁")), {"kind": "cash", "amount": "22.00"}).get_json()["id"])
    blind, knowing = (till.shop.browser(role) for role in ("cashier", "manager"))
    for path in (f"/staff/tills/{shift}", f"/staff/tills/{shift}/close", f"/staff/tills/{shift}/report"):
        assert "322.00" not in blind.get(path).text
        assert "322" in knowing.get(path).text
    close(till.shop, shift, {"cash": 32100}, "找错了")
    assert "少 ¥1.00" in knowing.get(f"/staff/tills/{shift}").text
    assert "322.00" not in blind.get(f"/staff/tills/{shift}").text
    assert "少 ¥1.00" not in blind.get(f"/staff/tills/{shift}").text


def test_a_count_that_differs_comes_back_with_everything_typed(shop: Cast) -> None:
    shift, browser = open_shift(shop), shop.browser("cashier")
    fields = {"pieces.100": "2", "pieces.0.5": "4", "counted.cash": "202.00", "counted.card": "5", "reason": ""}
    answer = browser.post(f"/staff/tills/{shift}/close", **fields)
    assert answer.status_code == 422
    assert "确实差了就写明原因" in answer.text
    for typed in ('name="pieces.100" value="2"', 'name="pieces.0.5" value="4"', 'value="202.00"', 'value="5"'):
        assert typed in answer.text


def test_after_three_blind_counts_that_differ_a_reason_is_needed(shop: Cast) -> None:
    shift, browser = open_shift(shop), shop.browser("cashier")
    path = f"/staff/tills/{shift}/close"
    for cash in ("297", "298", "299"):
        assert "再点一遍" in browser.post(path, **{"counted.cash": cash}).text
    answer = browser.post(path, **{"counted.cash": "300"})
    assert (answer.status_code, "点了几次都对不上" in answer.text, 'value="300"' in answer.text) == (422, True, True)
    assert browser.post(path, **{"counted.cash": "299", "reason": "找错"}).status_code == 303


def test_mistakes_in_the_sheet_open_it_again(shop: Cast) -> None:
    shift = open_shift(shop)
    answer = shop.browser("cashier").post(f"/staff/tills/{shift}/entries", kind="in", amount="much", reason="")
    assert answer.status_code == 422
    assert re.search(r'<ck-sheet id="move" open>', answer.text)
    assert 'value="much"' in answer.text


def test_a_second_till_gets_a_name_of_its_own(shop: Cast) -> None:
    open_shift(shop)
    browser = shop.browser("cashier")
    assert 'value="收银台 2"' in browser.get("/staff/tills/new").text
    refused = browser.post("/staff/tills/new", name="收银台", opening_float="300")
    assert (refused.status_code, "已经开着" in refused.text) == (409, True)


def test_closed_shifts_are_found_by_their_difference(shop: Cast) -> None:
    right, wrong = open_shift(shop, name="甲"), open_shift(shop, name="乙")
    close(shop, right, {"cash": 30000})
    close(shop, wrong, {"cash": 30100}, "多了")
    page = shop.browser("manager").get("/staff/tills?state=different").text
    assert f"/staff/tills/{wrong}?" in page
    assert f"/staff/tills/{right}?" not in page
    assert f"/staff/tills/{right}" in shop.browser("cashier").get("/staff/tills?state=different").text


def test_a_day_is_summed_up_and_printed(till: Till) -> None:
    shift = open_shift(till.shop)
    put_into(shift, till.pay(till.quote(till.line("拿铁")), {"kind": "cash", "amount": "22.00"}).get_json()["id"])
    put_into(None, till.sell(till.line("提拉米苏"))["id"])
    manager = till.shop.browser("manager")
    for path in ("/staff/tills/days/2026-11-21", "/staff/tills/days/2026-11-21/report"):
        page = manager.get(path).text
        for words in ("54.00", "22.00", "32.00", "没开班时收的", "收银台"):
            assert words in page
        assert till.shop.browser("cashier").get(path).status_code == 403
    assert "这天没有收款" in manager.get("/staff/tills/days/2026-11-20").text
    for odd in ("yesterday", "0001-01-01", "2026-02-30"):
        assert manager.get(f"/staff/tills/days/{odd}").status_code == 404


def test_a_report_is_as_wide_as_the_shops_paper(shop: Cast) -> None:
    shift, owner = open_shift(shop), shop.browser("owner")
    close(shop, shift, {"cash": 30000})
    assert 'width="58"' in owner.get(f"/staff/tills/{shift}/report").text
    owner.api("PATCH", "/api/v1/settings", {"receipts.width": "80"})
    page = owner.get(f"/staff/tills/{shift}/report").text
    for words in ('width="80"', "交班单", "签字", "小林", "300.00"):
        assert words in page


def test_another_stores_till_is_no_page(shop: Cast) -> None:
    shift, southern = open_shift(shop), shop.browser("southern")
    for path in ("", "/close", "/report"):
        assert southern.get(f"/staff/tills/{shift}{path}").status_code == 404
    assert southern.post(f"/staff/tills/{shift}/entries", kind="in", amount="1", reason="x").status_code == 404
    with database.reading() as session:
        assert queries.list_entries(session, shift) == []


def test_a_shift_that_is_over_is_not_counted_again(shop: Cast) -> None:
    shift, browser = open_shift(shop), shop.browser("cashier")
    close(shop, shift, {"cash": 30000})
    assert browser.get(f"/staff/tills/{shift}/close").headers["Location"].endswith(f"/staff/tills/{shift}")
    answer = browser.post(f"/staff/tills/{shift}/close", **{"counted.cash": "300"})
    assert (answer.status_code, "这个班已经交了" in answer.text) == (409, True)


def test_a_sale_a_top_up_and_a_refund_go_into_the_open_till(till: Till) -> None:
    shift = open_shift(till.shop)
    order = till.pay(
        till.quote(till.line("拿铁", 2)), {"kind": "cash", "amount": "44.00", "received": "50.00"}
    ).get_json()
    manager = till.shop.browser("manager")
    back = {"lines": [{"line": "1", "quantity": 1}], "reason": "洒了"}
    assert manager.api("POST", f"/api/v1/orders/{order['id']}/refunds", back).status_code == 201
    paid_in = {"store": str(till.shop.east.id), "amount": "100.00", "tenders": [{"kind": "cash", "amount": "100.00"}]}
    answer = till.browser.api("POST", f"/api/v1/members/{till.member.id}/wallet/top-ups", paid_in)
    assert answer.status_code == 201, answer.text
    told = manager.get(f"/api/v1/tills/{shift}").get_json()
    assert told["expected"]["cash"] == "422.00"


def test_a_shop_may_want_every_sale_in_a_shift(till: Till) -> None:
    till.shop.browser("owner").api("PATCH", "/api/v1/settings", {"orders.needs_till": True})
    refused = till.pay(till.quote(till.line("拿铁")))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "till_closed")
    assert "/staff/tills/new" in till.browser.get("/staff/").text
    open_shift(till.shop)
    assert "/staff/tills/new" not in till.browser.get("/staff/").text
    assert till.pay(till.quote(till.line("拿铁"))).status_code == 201


def test_nor_does_cash_leave_a_drawer_that_nobody_counts(till: Till) -> None:
    orders = [
        till.pay(till.quote(till.line("拿铁")), {"kind": kind, "amount": "22.00"}).get_json()
        for kind in ("cash", "wechat")
    ]
    till.shop.browser("owner").api("PATCH", "/api/v1/settings", {"orders.needs_till": True})
    manager, back = till.shop.browser("manager"), {"lines": [{"line": "1", "quantity": 1}], "reason": "洒了"}
    cash, wechat = (manager.api("POST", f"/api/v1/orders/{order['id']}/refunds", back) for order in orders)
    assert (cash.status_code, cash.get_json()["code"]) == (409, "till_closed")
    assert wechat.status_code == 201, "what goes back to the phone needs no drawer"
    open_shift(till.shop)
    assert manager.api("POST", f"/api/v1/orders/{orders[0]['id']}/refunds", back).status_code == 201
