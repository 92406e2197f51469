"""Prices and discounts by hand: who may, why it was done, and where a manager reads it afterwards."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.browse import body
from tests.cast import Cast
from tests.selling import Till, open_till


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop, "manager")


def ask(till: Till, *, manual_price: str | None = None, **cart: Any) -> TestResponse:
    """A quote for two tiramisu of ¥32, each at `manual_price`."""
    line = till.line("提拉米苏", 2, **({"manual_price": manual_price} if manual_price else {}))
    return till.browser.api("POST", "/api/v1/quotes", {"store": str(till.shop.east.id), "lines": [line], **cart})


def sold(till: Till, **wanted: Any) -> Any:
    """What was asked for, paid."""
    return body(till.pay(body(ask(till, **wanted))))


def logged(till: Till) -> str:
    return till.shop.browser("owner").get("/staff/audit").text


def test_the_reason_stands_on_the_order_in_the_api_and_in_the_log(till: Till) -> None:
    order = sold(till, manual_price="25.00", manual_off="4.00", manual_reason="临期，老顾客")
    assert (order["due"], order["manual_reason"]) == ("46.00", "临期，老顾客")
    assert body(till.browser.api("GET", f"/api/v1/orders/{order['id']}"))["manual_reason"] == "临期，老顾客"
    assert "人工让利 ¥18.00：临期，老顾客" in till.browser.get(f"/staff/orders/{order['id']}").text
    for words in ("人工让利 ¥18.00", "原因 临期，老顾客"):
        assert words in logged(till)


def test_a_sale_at_the_list_price_has_no_reason(till: Till) -> None:
    order = sold(till, manual_reason="没有改价")
    assert order["manual_reason"] == ""
    assert "没有改价" not in logged(till) + till.browser.get(f"/staff/orders/{order['id']}").text


def test_a_price_by_hand_needs_a_reason(till: Till) -> None:
    for wanted in ({"manual_price": "25.00"}, {"manual_off": "4.00"}):
        answer = ask(till, **wanted)
        assert (answer.status_code, list(body(answer)["errors"])) == (422, ["manual_reason"])
