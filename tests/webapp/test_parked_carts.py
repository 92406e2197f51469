"""A cart is put aside at one till and taken back at another, once; its coupons wait with it."""

from typing import Any

import pytest

from tests.browse import body
from tests.cast import Cast
from tests.selling import Till, open_till


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def park(till: Till, **more: Any) -> Any:
    cart = {"lines": [{"id": "1", "product": "1", "name": "提拉米苏", "quantity": 2}]}
    sent = {"store": str(till.shop.east.id), "label": "靠窗那位", "pieces": 2, "cart": cart, **more}
    return till.browser.api("POST", "/api/v1/parked-carts", sent)


def waiting(till: Till) -> list[Any]:
    answer = till.browser.api("GET", f"/api/v1/parked-carts?store={till.shop.east.id}")
    return list(body(answer)["items"])


def test_a_cart_waits_and_comes_back_as_it_was(till: Till, shop: Cast) -> None:
    parked = park(till)
    assert parked.status_code == 201
    assert [(each["label"], each["pieces"], each["staff"]) for each in waiting(till)] == [("靠窗那位", 2, "小林")]
    taken = shop.browser("manager").api("POST", f"/api/v1/parked-carts/{body(parked)['id']}/takings", {})
    assert body(taken)["cart"]["lines"][0]["name"] == "提拉米苏"
    assert waiting(till) == []


def test_two_tills_do_not_both_get_it(till: Till, shop: Cast) -> None:
    path = f"/api/v1/parked-carts/{body(park(till))['id']}/takings"
    assert till.browser.api("POST", path, {}).status_code == 200
    answer = shop.browser("manager").api("POST", path, {})
    assert (answer.status_code, body(answer)["code"]) == (409, "cart_taken")


def test_another_store_sees_nothing_of_it(till: Till, shop: Cast) -> None:
    path = f"/api/v1/parked-carts/{body(park(till))['id']}/takings"
    southern = shop.browser("southern", store=shop.south)
    assert southern.api("POST", path, {}).status_code == 404
    assert southern.api("GET", f"/api/v1/parked-carts?store={shop.east.id}").status_code == 403


def test_a_cart_without_a_name_or_too_long_is_refused_beside_its_field(till: Till) -> None:
    assert list(body(park(till, label=""))["errors"]) == ["label"]
    assert list(body(park(till, cart={"note": "长" * 50_000}))["errors"]) == ["cart"]
