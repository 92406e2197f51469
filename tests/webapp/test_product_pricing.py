"""How a product is sold: by the piece, by weight or as the cashier says; for members; and from which day on."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.catalog import commands as catalog
from services.catalog import queries
from services.checkout.queries.launches import require_launched
from services.checkout.rules.pricing import Cart, CartLine
from services.loyalty import commands as loyalty
from services.shared import database
from services.shared.actors import SYSTEM
from services.shared.refusals import Invalid
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import open_till

FORM = {
    "name": "桂花定胜糕",
    "pricing": "weight",
    "price": "48",
    "member_price": "42",
    "takes_coupons": "1",
    "launches_on": "2026-11-28",
}


@pytest.fixture
def manager(shop: Cast) -> Browser:
    return shop.browser("manager")


def newest(shop: Cast) -> queries.ProductView:
    with database.reading() as session:
        return max(queries.list_products(session), key=lambda each: each.id)


def test_the_editor_keeps_how_it_is_sold(shop: Cast, manager: Browser) -> None:
    answer = manager.post("/staff/products/new", **FORM)
    assert answer.status_code == 303, answer.text
    made = newest(shop)
    assert (made.pricing, made.price, made.member_price, made.launches_on) == ("weight", 4800, 4200, date(2026, 11, 28))
    assert (made.takes_tier, made.takes_coupons) == (False, True)
    page = manager.get(f"/staff/products/{made.id}").text
    for words in ("每 500 克", "会员价 ¥42.00", "11月28日上市", "等级不打折"):
        assert words in page
    assert "不能用券" not in page
    assert 'value="2026-11-28"' in manager.get(f"/staff/products/{made.id}/edit").text
    assert "11月28日上市" in manager.get("/staff/products").text


def test_what_the_cashier_prices_needs_no_price(shop: Cast, manager: Browser) -> None:
    answer = manager.post(
        "/staff/products/new", name="定制加工", pricing="open", price="", member_price="", takes_tier="1"
    )
    assert answer.status_code == 303, answer.text
    assert (newest(shop).pricing, newest(shop).price, newest(shop).member_price) == ("open", 0, None)
    assert "收银时定价" in manager.get("/staff/products").text


@pytest.mark.parametrize(
    ("field", "typed"), [("member_price", "50"), ("launches_on", "bald"), ("price", ""), ("member_price", "x")]
)
def test_mistakes_stand_beside_their_fields(manager: Browser, field: str, typed: str) -> None:
    answer = manager.post("/staff/products/new", **(FORM | {field: typed}))
    assert answer.status_code == 422
    assert f'id="f-{field}-err"' in answer.text
    assert 'value="桂花定胜糕"' in answer.text


def test_the_api_says_and_takes_the_same(shop: Cast) -> None:
    owner = shop.browser("owner")
    sent: dict[str, Any] = {
        "name": "散称",
        "pricing": "weight",
        "price": "48.00",
        "member_price": "42.00",
        "takes_tier": False,
        "launches_on": "2026-11-28",
    }
    made = owner.api("POST", "/api/v1/products", sent)
    assert made.status_code == 201, made.text
    assert {name: body(made)[name] for name in sent} == sent
    path = f"/api/v1/products/{body(made)['id']}"
    changed = body(owner.api("PATCH", path, {"member_price": None, "launches_on": None, "takes_coupons": False}))
    assert (changed["member_price"], changed["launches_on"], changed["takes_coupons"]) == (None, None, False)
    assert owner.api("PATCH", path, {"pricing": "by the moon"}).status_code == 422


def test_members_pay_the_member_price_and_the_rest_as_before(shop: Cast) -> None:
    till = open_till(shop)
    owner = shop.browser("owner")
    owner.api("PATCH", f"/api/v1/products/{till.products['曲奇']}", {"member_price": "30.00"})
    assert till.quote(till.line("曲奇"), member=till.member)["due"] == "30.00"
    assert till.quote(till.line("曲奇"))["due"] == "35.00"


def test_a_level_with_early_access_buys_before_the_others(shop: Cast) -> None:
    """Out on 24 November, three days from now: 甜品师 may buy three days early, others not."""
    till = open_till(shop)
    launch = (shop.at + timedelta(days=3)).date()
    tier: dict[str, Any] = {
        "name": "甜品师", "threshold": 0, "pays": 1000, "multiplier": 100, "early_days": 3, "wallet_bonus": 0,
        "birthday_template_id": None, "monthly_template_ids": [],
    }  # fmt: skip
    with database.transaction() as session:
        made = loyalty.create_tier(session, tier, actor=SYSTEM, at=shop.at)
        catalog.change_product(session, till.products["曲奇"], {"launches_on": launch}, actor=SYSTEM, at=shop.at)
        products = queries.load_for_sale(session, shop.east.id, [till.products["曲奇"]])
        cart = Cart(shop.east.id, till.member.id, (CartLine(till.products["曲奇"], {}),))
        require_launched(session, products, cart, made.id, "Asia/Shanghai", at=shop.at)
        for tier_id, at in ((None, shop.at), (made.id, shop.at - timedelta(days=1))):
            with pytest.raises(Invalid):
                require_launched(session, products, cart, tier_id, "Asia/Shanghai", at=at)
        require_launched(session, products, cart, None, "Asia/Shanghai", at=shop.at + timedelta(days=3))


def test_home_shows_what_is_coming_only_to_whom_may_buy_it(shop: Cast) -> None:
    till = open_till(shop)
    with database.transaction() as session:
        launch = {"launches_on": (shop.at + timedelta(days=3)).date()}
        catalog.change_product(session, till.products["曲奇"], launch, actor=SYSTEM, at=shop.at)
    assert "曲奇" not in shop.phone(till.member).get("/member/").text
    with database.transaction() as session:
        loyalty.create_tier(
            session,
            {
                "name": "甜品师",
                "threshold": 0,
                "pays": 1000,
                "multiplier": 100,
                "early_days": 3,
                "wallet_bonus": 0,
                "birthday_template_id": None,
                "monthly_template_ids": [],
            },
            actor=SYSTEM,
            at=shop.at,
        )
        loyalty.rise(session, till.member.id, at=shop.at)
    page = shop.phone(till.member).get("/member/").text
    assert "曲奇" in page
    assert "您能提前买" in page
