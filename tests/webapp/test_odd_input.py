"""What no person types: refused in words, on every engine, never a broken page."""

import pytest

from tests.browse import body
from tests.cast import Cast

PLACES = (
    "/api/v1/orders?number=%00",
    "/api/v1/members?q=%00",
    "/api/v1/members?phone=%00",
    "/api/v1/products?q=%00",
    "/staff/orders?q=%00",
    "/staff/members?q=%00",
    "/staff/products?q=%00",
    "/staff/audit?q=%00",
    "/staff/counter/members?q=%00",
    "/join/%00",
    "/join/a%00b/known",
    "/api/v1/settings/%00",
)


@pytest.mark.parametrize("place", PLACES)
def test_a_null_character_in_an_address_breaks_nothing(shop: Cast, place: str) -> None:
    assert shop.browser("owner").get(place).status_code < 500


@pytest.mark.parametrize("name", ["name\0", "\0"])
def test_a_null_character_in_a_body_breaks_nothing(shop: Cast, name: str) -> None:
    sent = {"phone": "13800138000", "name": name}
    assert shop.browser("cashier").api("POST", "/api/v1/members", sent).status_code < 500


def test_half_a_character_is_no_address_of_a_push_service(shop: Cast) -> None:
    for method, path in (("DELETE", ""), ("POST", "/test")):
        answer = shop.browser("owner").api(method, f"/api/v1/staff/push-subscriptions{path}", {"endpoint": "\ud800"})
        assert answer.status_code == 422


def test_a_change_in_part_still_tells_its_options_whole(shop: Cast) -> None:
    owner = shop.browser("owner")
    made = body(owner.api("POST", "/api/v1/products", {"name": "可颂", "price": "18.00"}))
    wrong: list[list[dict[str, object]]] = [[{}], [{"name": "尺寸"}], [{"name": "尺寸", "choices": [{}]}]]
    for options in wrong:
        assert owner.api("PATCH", f"/api/v1/products/{made['id']}", {"options": options}).status_code == 422


def test_a_hundred_thousand_brackets_are_no_json_object(shop: Cast) -> None:
    browser = shop.browser("owner")
    headers = {"X-CSRFToken": browser.form_token, "Content-Type": "application/json", "Idempotency-Key": "brackets"}
    assert browser.client.post("/api/v1/members", data=b"[" * 100_000, headers=headers).status_code == 422
