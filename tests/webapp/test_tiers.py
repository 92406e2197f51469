"""The ladder and the earning rules, by their pages and by the API."""

from typing import Any

import pytest
from sqlalchemy import select

from services.loyalty.models import EarningRule, Tier
from services.shared import database
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import Till, open_till

GOLD = {"name": "甜品师", "threshold": "2000", "pays": "9", "multiplier": "1.5", "early_days": "3", "wallet_bonus": "5"}


@pytest.fixture
def owner(shop: Cast) -> Browser:
    return shop.browser("owner")


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def stored(model: type[Any]) -> Any:
    """The newest row."""
    with database.reading() as session:
        return session.scalars(select(model).order_by(model.id.desc())).first()


def test_the_owner_builds_a_level_in_words_and_numbers(owner: Browser) -> None:
    answer = owner.post("/staff/tiers/new", **GOLD)
    assert answer.status_code == 303, answer.text
    tier = stored(Tier)
    assert (tier.threshold, tier.pays, tier.multiplier, tier.early_days, tier.wallet_bonus) == (200000, 900, 150, 3, 50)
    page = owner.get(f"/staff/tiers/{tier.id}").text
    assert "满 ¥2,000 升级甜品师：9 折、1.5 倍积分、储值多送 5%、新品早 3 天买" in page
    for typed in ('value="2000"', 'value="9"', 'value="1.5"', 'value="5"'):
        assert typed in page
    ladder = owner.get("/staff/tiers").text
    assert "满 ¥2,000" in ladder
    assert "0 位" in ladder


@pytest.mark.parametrize(
    ("typed", "pays"), [("9", 900), ("9.5", 950), ("88", 880), ("8.8折", 880), ("", 1000), ("10", 1000)]
)
def test_a_discount_is_read_as_people_say_it(owner: Browser, typed: str, pays: int) -> None:
    assert owner.post("/staff/tiers/new", **(GOLD | {"pays": typed})).status_code == 303
    assert stored(Tier).pays == pays


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("threshold", "viel"),
        ("pays", "120"),
        ("pays", "9.55"),
        ("multiplier", "0.5"),
        ("early_days", "-1"),
        ("wallet_bonus", "60"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(owner: Browser, field: str, typed: str) -> None:
    answer = owner.post("/staff/tiers/new", **(GOLD | {field: typed}))
    assert answer.status_code == 422
    assert f'id="f-{field}-err"' in answer.text
    assert 'value="甜品师"' in answer.text or field == "name"


def test_two_levels_cannot_ask_for_the_same(owner: Browser) -> None:
    owner.post("/staff/tiers/new", **GOLD)
    answer = owner.post("/staff/tiers/new", **(GOLD | {"name": "烘焙大师"}))
    assert answer.status_code == 422
    assert 'id="f-threshold-err"' in answer.text


def test_the_sentence_follows_what_is_typed(owner: Browser) -> None:
    said = owner.get("/staff/tiers/preview?name=大师&threshold=3000&pays=8.5&multiplier=zwei").text
    assert "满 ¥3,000 升级大师：8.5 折" in said


def test_a_level_that_is_taken_away_says_what_becomes_of_its_members(owner: Browser, till: Till) -> None:
    owner.post("/staff/tiers/new", **(GOLD | {"threshold": "60"}))
    till.sell(till.line("提拉米苏", 2), member=till.member)
    tier = stored(Tier)
    assert "这一级的 1 位会员会到下面一级" in owner.get(f"/staff/tiers/{tier.id}").text
    assert owner.post(f"/staff/tiers/{tier.id}/archive").status_code == 303
    assert owner.get(f"/staff/tiers/{tier.id}").status_code == 404


def test_whoever_may_not_change_the_ladder_reads_it(shop: Cast, owner: Browser) -> None:
    owner.post("/staff/tiers/new", **GOLD)
    cashier = shop.browser("cashier")
    page = cashier.get(f"/staff/tiers/{stored(Tier).id}").text
    assert "满 ¥2,000 升级甜品师" in page
    assert 'name="threshold"' not in page
    assert cashier.post("/staff/tiers/new", **GOLD).status_code == 403
    assert shop.browser("kitchen").get("/staff/tiers").status_code == 403


def test_the_api_speaks_of_levels_as_the_page_does(shop: Cast, owner: Browser) -> None:
    made = owner.api("POST", "/api/v1/tiers", GOLD)
    assert made.status_code == 201, made.text
    tier = body(made)
    assert (tier["threshold"], tier["pays"], tier["multiplier"], tier["wallet_bonus"]) == ("2000.00", "90", "1.50", "5")
    path = f"/api/v1/tiers/{tier['id']}"
    assert body(owner.api("PATCH", path, {"pays": tier["pays"], "threshold": "1500"}))["pays"] == "90"
    assert [each["threshold"] for each in body(owner.get("/api/v1/tiers"))["items"]] == ["1500.00"]
    assert body(owner.api("PATCH", path, {"archived": True}))["archived"] is True
    assert owner.get(path).status_code == 404
    assert shop.client().get("/api/v1/tiers").status_code == 401
    assert shop.browser("cashier").api("POST", "/api/v1/tiers", GOLD).status_code == 403
    assert owner.api("PATCH", path, {"monthly_templates": ["7"]}).status_code in {404, 422}


def test_a_coupon_that_does_not_exist_is_no_benefit(owner: Browser) -> None:
    answer = owner.api("POST", "/api/v1/tiers", GOLD | {"birthday_template": "9", "monthly_templates": ["8"]})
    assert answer.status_code == 422
    assert set(body(answer)["errors"]) == {"birthday_template", "monthly_templates"}


def test_a_member_carries_the_level_and_the_way_to_the_next(owner: Browser, till: Till) -> None:
    owner.post("/staff/tiers/new", **(GOLD | {"threshold": "60"}))
    till.sell(till.line("提拉米苏", 2), member=till.member)
    path = f"/api/v1/members/{till.member.id}"
    assert body(owner.get(path))["tier"] == "甜品师"
    growth = body(owner.get(f"{path}/growth"))
    assert (growth["growth"], growth["tier"], [each["amount"] for each in growth["items"]]) == (
        "64.00",
        "甜品师",
        ["64.00"],
    )


# ------------------------------------------------------------------ earning rules


def double(till: Till, **more: Any) -> dict[str, Any]:
    """Saturdays (today) 曲奇 earns double."""
    return {
        "name": "周末曲奇",
        "multiplier": "2",
        "weekdays[]": ["5"],
        "products[]": [str(till.products["曲奇"])],
    } | more


def test_the_manager_writes_a_rule_and_the_next_quote_follows_it(shop: Cast, till: Till) -> None:
    """曲奇 ¥35: 7 points on a Saturday (35 × 2 = 70, one for each full 10), 3 on other days."""
    manager = shop.browser("manager")
    assert till.quote(till.line("曲奇"), member=till.member)["earns"] == 3
    answer = manager.post("/staff/earning-rules/new", **double(till))
    assert answer.status_code == 303, answer.text
    assert till.quote(till.line("曲奇"), member=till.member)["earns"] == 7
    page = manager.get("/staff/earning-rules").text
    assert "每周六，买曲奇，2 倍积分" in page
    rule = stored(EarningRule)
    assert "比如曲奇 ¥35，得 7 积分，平时是 3" in manager.get(f"/staff/earning-rules/{rule.id}").text
    assert manager.post(f"/staff/earning-rules/{rule.id}", **double(till, **{"weekdays[]": ["2"]})).status_code == 303
    assert till.quote(till.line("曲奇"), member=till.member)["earns"] == 3


def test_a_stopped_rule_can_be_started_again(shop: Cast, till: Till) -> None:
    manager = shop.browser("manager")
    manager.post("/staff/earning-rules/new", **double(till))
    rule = stored(EarningRule)
    manager.post(f"/staff/earning-rules/{rule.id}/archive")
    assert till.quote(till.line("曲奇"), member=till.member)["earns"] == 3
    assert "停用的" in manager.get("/staff/earning-rules").text
    manager.post(f"/staff/earning-rules/{rule.id}/restore")
    assert till.quote(till.line("曲奇"), member=till.member)["earns"] == 7


def test_the_rule_says_itself_while_it_is_typed(owner: Browser, till: Till) -> None:
    said = owner.get("/staff/earning-rules/preview?multiplier=3&weekdays[]=2&birthday=week&starts_on=2026-12-01").text
    assert "12月1日起，生日那一周，每周三，买什么都算，3 倍积分" in said


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"multiplier": "viel"}, "multiplier"),
        ({"multiplier": "21"}, "multiplier"),
        ({"name": ""}, "name"),
        ({"starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "ends_on"),
        ({"starts_on": "bald"}, "starts_on"),
    ],
)
def test_what_is_wrong_with_a_rule_stands_beside_its_field(
    owner: Browser, till: Till, wrong: dict[str, str], field: str
) -> None:
    answer = owner.post("/staff/earning-rules/new", **double(till, **wrong))
    assert answer.status_code == 422
    assert f'id="f-{field}-err"' in answer.text


def test_the_api_speaks_of_rules_as_the_page_does(shop: Cast, owner: Browser, till: Till) -> None:
    sent = {"name": "周末曲奇", "multiplier": "2", "weekdays": [5], "products": [str(till.products["曲奇"])]}
    made = owner.api("POST", "/api/v1/earning-rules", sent)
    assert made.status_code == 201, made.text
    rule = body(made)
    assert (rule["multiplier"], rule["weekdays"], rule["products"]) == ("2.00", [5], sent["products"])
    path = f"/api/v1/earning-rules/{rule['id']}"
    assert body(owner.api("PATCH", path, {"multiplier": "3"}))["multiplier"] == "3.00"
    assert till.quote(till.line("曲奇"), member=till.member)["earns"] == 10
    assert body(owner.api("PATCH", path, {"archived": True}))["archived"] is True
    assert body(owner.get("/api/v1/earning-rules"))["items"] == []
    assert body(owner.api("PATCH", path, {"archived": False, "name": "又来"}))["name"] == "又来"
    unknown = owner.api(
        "POST", "/api/v1/earning-rules", sent | {"products": ["99"], "tiers": ["9"], "categories": ["9"]}
    )
    assert set(body(unknown)["errors"]) == {"products", "tiers", "categories"}
    assert shop.browser("cashier").api("POST", "/api/v1/earning-rules", sent).status_code == 403
