"""The API of products: what a shop sells, at which store, in which sizes."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.browse import body
from tests.cast import Cast

TIRAMISU = {"name": "提拉米苏", "price": "32.00", "barcode": "6901234567892", "sku": "TRM"}
CAKE = {
    "name": "草莓云朵蛋糕",
    "price": "198.00",
    "options": [
        {
            "key": "size",
            "name": "尺寸",
            "choices": [{"key": "6", "name": "6 寸"}, {"key": "8", "name": "8 寸", "price_change": "80.00"}],
        },
        {"key": "flavour", "name": "口味", "choices": [{"key": "milk", "name": "原味"}]},
    ],
}


def post(shop: Cast, path: str, sent: Any, role: str = "owner") -> Any:
    """Answer of a POST by our own staff app."""
    return shop.browser(role).api("POST", f"/api/v1{path}", sent)


def test_a_product_comes_back_as_it_was_written(shop: Cast) -> None:
    shelf = body(post(shop, "/categories", {"name": "切件"}))["id"]
    made = post(shop, "/products", TIRAMISU | {"category": shelf})
    assert made.status_code == 201
    shown = body(shop.browser("cashier").get(f"/api/v1/products/{body(made)['id']}"))
    assert shown == body(made)
    assert {key: shown[key] for key in TIRAMISU} == TIRAMISU
    assert shown["category"] == shelf


def test_sizes_and_flavours_keep_their_order_and_price(shop: Cast) -> None:
    made = body(post(shop, "/products", CAKE))
    assert [option["key"] for option in made["options"]] == ["size", "flavour"]
    assert [choice["price_change"] for choice in made["options"][0]["choices"]] == ["0.00", "80.00"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"price": "-1.00"}, "price"),
        ({"price": 1.5}, "price"),
        ({"price": "1.005"}, "price"),
        ({"barcode": "6901234567893"}, "barcode"),
        ({"sku": "a b"}, "sku"),
        ({"name": "  "}, "name"),
        ({"category": "99"}, "category"),
        ({"options": [CAKE["options"][0], CAKE["options"][0]]}, "options"),
        ({"unavailable_at": ["x"]}, "unavailable_at.0"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(shop: Cast, wrong: dict[str, Any], field: str) -> None:
    answer = post(shop, "/products", TIRAMISU | wrong)
    assert (answer.status_code, list(body(answer)["errors"])) == (422, [field])


def test_two_products_never_share_a_barcode(shop: Cast) -> None:
    post(shop, "/products", TIRAMISU)
    answer = post(shop, "/products", TIRAMISU | {"sku": "OTHER"})
    assert list(body(answer)["errors"]) == ["barcode"]


def test_sold_out_is_one_store_s_business(shop: Cast) -> None:
    product = body(post(shop, "/products", TIRAMISU))["id"]
    path = f"/api/v1/products/{product}/stores/{shop.east.id}/sold-out"
    baker = shop.browser("kitchen")
    assert body(baker.api("PUT", path, {"sold_out": True}))["sold_out_at"] == [str(shop.east.id)]
    assert body(baker.api("PUT", path, {"sold_out": False}))["sold_out_at"] == []


def test_nobody_sells_out_another_store(shop: Cast) -> None:
    product = body(post(shop, "/products", TIRAMISU))["id"]
    path = f"/api/v1/products/{product}/stores/{shop.south.id}/sold-out"
    assert shop.browser("kitchen").api("PUT", path, {"sold_out": True}).status_code == 403


def test_a_cashier_does_not_change_prices(shop: Cast) -> None:
    product = body(post(shop, "/products", TIRAMISU))["id"]
    answer = shop.browser("cashier").api("PATCH", f"/api/v1/products/{product}", {"price": "1.00"})
    assert answer.status_code == 403


def test_an_archived_product_leaves_the_list_and_comes_back(shop: Cast) -> None:
    owner = shop.browser("owner")
    product = body(post(shop, "/products", TIRAMISU))["id"]
    owner.api("PATCH", f"/api/v1/products/{product}", {"archived": True})
    assert body(owner.get("/api/v1/products"))["items"] == []
    owner.api("PATCH", f"/api/v1/products/{product}", {"archived": False})
    assert len(body(owner.get("/api/v1/products"))["items"]) == 1


def test_a_product_is_found_by_name_initials_and_codes(shop: Cast) -> None:
    post(shop, "/products", TIRAMISU)
    cashier = shop.browser("cashier")
    for text in ("提拉", "tlms", "TRM", "6901234567892"):
        assert len(body(cashier.get(f"/api/v1/products?q={text}"))["items"]) == 1, text
    assert body(cashier.get("/api/v1/products?q=%25"))["items"] == []


def test_pages_follow_the_cursor_to_the_end(shop: Cast) -> None:
    for number in range(5):
        post(shop, "/products", {"name": f"曲奇 {number}", "price": "35.00"})
    cashier, names, cursor = shop.browser("cashier"), [], ""
    while cursor is not None:
        page = body(cashier.get(f"/api/v1/products?limit=2&cursor={cursor}"))
        names += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert names == [f"曲奇 {number}" for number in range(5)]


_LEAVES = st.none() | st.booleans() | st.text(max_size=8) | st.integers()
_NAMES = st.sampled_from(["name", "price", "options", "choices", "key", "sku"])
_ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=_ANYTHING)
def test_nothing_that_is_sent_breaks_it(shop: Cast, sent: Any) -> None:
    headers = shop.token() | {"Idempotency-Key": str(uuid4())}
    answer = shop.client().post("/api/v1/products", json=sent, headers=headers)
    assert answer.status_code in {201, 422}


def test_a_place_beyond_all_numbers_is_refused(shop: Cast) -> None:
    headers = shop.token() | {"Idempotency-Key": "far-behind-everything"}
    answer = shop.client().post("/api/v1/categories", json={"name": "远", "sort": 10**30}, headers=headers)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["sort"])
