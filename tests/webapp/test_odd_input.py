"""What no person types: refused in words, on every engine, never a broken page."""

import pytest

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
)


@pytest.mark.parametrize("place", PLACES)
def test_a_null_character_in_an_address_breaks_nothing(shop: Cast, place: str) -> None:
    assert shop.browser("owner").get(place).status_code < 500


@pytest.mark.parametrize("name", ["name\0", "\0"])
def test_a_null_character_in_a_body_breaks_nothing(shop: Cast, name: str) -> None:
    sent = {"phone": "13800138000", "name": name}
    assert shop.browser("cashier").api("POST", "/api/v1/members", sent).status_code < 500
