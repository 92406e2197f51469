"""退款: the page that shows every effect before, the slip after, and what the order says then."""

from typing import Any

import pytest

from services.checkout.rules.refunds import Wish
from services.orders.queries import list_refunds
from services.shared import database
from tests.browse import Browser
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk


@pytest.fixture
def desk(shop: Cast) -> Desk:
    return open_desk(shop)


@pytest.fixture
def manager(shop: Cast) -> Browser:
    return shop.browser("manager")


def post(browser: Browser, order_id: int, **fields: Any) -> Any:
    sent = {"way": "whole", "reason_chip": "做错了", "seen": "0"} | fields
    return browser.post(f"/staff/orders/{order_id}/refunds", **sent)


def test_the_page_says_every_effect_before(desk: Desk, manager: Browser) -> None:
    desk.give_coupon("threshold_off", value=2000, threshold=10000)
    desk.top_up(30000, 5000)
    order = desk.sell(("提拉米苏", 4), paid={"wallet": 10800})
    page = manager.get(f"/staff/orders/{order.id}/refund?way=lines&pieces_1=1").text
    for words in ("27.00", "储值退回本金 ¥23.14、赠送金 ¥3.86", "收回得到的 3 积分", "9 → 6", "优惠券要整单退完才退回"):
        assert words in page
    assert "优惠券「threshold_off」退回卡包" in manager.get(f"/staff/orders/{order.id}/refund").text


def test_pieces_are_refunded_and_the_slip_is_shown(desk: Desk, manager: Browser) -> None:
    order = desk.sell(("提拉米苏", 2), ("拿铁", 1))
    answer = post(manager, order.id, way="lines", pieces_1="1", pieces_2="0", reason_more="奶油塌了")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/staff/orders/{order.id}/refunds/1")
    page = manager.get(answer.headers["Location"]).text
    for words in (f"{order.number}-R1", "¥32.00", "做错了：奶油塌了", "收回积分", "小周"):
        assert words in page
    page = manager.get(f"/staff/orders/{order.id}").text
    for words in ("已退 ¥32.00", "已退 1 件", "−¥32.00", "收回 3 积分"):
        assert words in page
    assert "退 ¥32.00" in manager.get("/staff/orders").text
    assert not faults()


def test_an_amount_beyond_what_is_left_keeps_what_was_typed(desk: Desk, manager: Browser) -> None:
    order = desk.sell(("提拉米苏", 1))
    answer = post(manager, order.id, way="amount", refund_amount="32.01")
    assert (answer.status_code, "比还能退的多了" in answer.text, 'value="32.01"' in answer.text) == (422, True, True)
    assert "比还能退的多了" in manager.get(f"/staff/orders/{order.id}/refund?way=amount&refund_amount=40").text
    assert post(manager, order.id, way="amount", refund_amount="32").status_code == 303


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason_chip": ""}, "请填写"),
        ({"way": "lines"}, "请选要退的商品"),
        ({"way": "lines", "pieces_1": "3"}, "没有这么多件可以退"),
        ({"way": "lines", "pieces_9": "1"}, "订单里没有这一行"),
        ({"way": "amount", "refund_amount": "x"}, "请填金额"),
    ],
)
def test_what_is_missing_is_said(desk: Desk, manager: Browser, fields: dict[str, str], words: str) -> None:
    order = desk.sell(("提拉米苏", 2))
    answer = post(manager, order.id, **fields)
    assert (answer.status_code, words in answer.text) == (422, True)
    with database.reading() as session:
        assert list_refunds(session, order.id) == []


def test_who_was_slower_is_shown_the_order_as_it_is_now(desk: Desk, manager: Browser) -> None:
    order = desk.sell(("提拉米苏", 2))
    desk.amount(order, 1000)
    answer = post(manager, order.id, way="amount", refund_amount="10")
    assert (answer.status_code, "刚有人给这单退过款" in answer.text, "54.00" in answer.text) == (409, True, True)


def test_a_void_has_its_own_button_on_the_day(desk: Desk, manager: Browser) -> None:
    order = desk.sell(("巴斯克", 1), walk_in=True)
    assert f"/staff/orders/{order.id}/refund?way=void" in manager.get(f"/staff/orders/{order.id}").text
    answer = post(manager, order.id, way="void", reason_chip="录错了")
    assert "作废单" in manager.get(answer.headers["Location"]).text
    page = manager.get(f"/staff/orders/{order.id}").text
    assert ("已作废" in page, "/refund" in page.replace("/refunds/", "")) == (True, False)


def test_a_double_tap_refunds_once(desk: Desk, manager: Browser) -> None:
    order = desk.sell(("提拉米苏", 2))
    answers = [post(manager, order.id, way="amount", refund_amount="10", key="double-tap-refund") for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"/staff/orders/{order.id}/refunds/1"] * 2
    assert desk.order(order).refunded == 1000


def test_a_cashier_neither_sees_nor_does_it_and_nobody_another_store_s(desk: Desk, shop: Cast) -> None:
    order = desk.sell(("提拉米苏", 1))
    cashier, southern = shop.browser("cashier"), shop.browser("southern")
    assert "/refund" not in cashier.get(f"/staff/orders/{order.id}").text
    assert cashier.get(f"/staff/orders/{order.id}/refund").status_code == 403
    assert post(cashier, order.id).status_code == 403
    refund = desk.whole(order)
    assert cashier.get(f"/staff/orders/{order.id}/refunds/{refund.id}").status_code == 200
    assert southern.get(f"/staff/orders/{order.id}/refunds/{refund.id}").status_code == 404
    other = desk.sell(("提拉米苏", 1))
    assert cashier.get(f"/staff/orders/{other.id}/refunds/{refund.id}").status_code == 404


def test_the_member_reads_what_came_back(desk: Desk, shop: Cast) -> None:
    order = desk.sell(("提拉米苏", 2), ("拿铁", 1))
    desk.pieces(order, (1, 1))
    phone = shop.phone(desk.member)
    page = phone.get(f"/member/orders/{order.id}").text
    for words in ("退款 ¥32.00", "提拉米苏 × 1", "收回得到的 3 积分"):
        assert words in page
    assert "已退 ¥32.00" in phone.get("/member/orders").text
    desk.refund(order, Wish("whole"))
    assert "已全退" in phone.get("/member/orders").text
