"""Every point and every step on the ladder explains itself, to the member, to staff and to programs."""

from datetime import timedelta
from typing import Any

import pytest

from services.loyalty import commands as loyalty
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from tests.browse import body
from tests.cast import Cast
from tests.selling import Till, open_till


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def ladder(shop: Cast, **levels: int) -> None:
    plain: dict[str, Any] = {
        "pays": 900,
        "multiplier": 150,
        "early_days": 0,
        "wallet_bonus": 0,
        "birthday_template_id": None,
        "monthly_template_ids": [],
    }
    with database.transaction() as session:
        for name, yuan in levels.items():
            loyalty.create_tier(session, plain | {"name": name, "threshold": yuan * 100}, actor=SYSTEM, at=shop.at)


def pending(shop: Cast, till: Till, points: int = 8, days: int = 3) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"points.pending_days": days}, actor=SYSTEM, at=shop.at)
        earning = loyalty.open_earning(session, till.member.id, points, pending=True)
        loyalty.earn(session, earning, order_id=99, actor=SYSTEM, at=shop.at)


def test_a_sale_says_its_order_its_rule_and_when_its_points_end(shop: Cast, till: Till) -> None:
    number = till.sell(till.line("提拉米苏", 2), member=till.member)["number"]
    mine, theirs = (
        shop.phone(till.member).get("/member/points").text,
        shop.browser("cashier").get(f"/staff/members/{till.member.id}/points").text,
    )
    for page in (mine, theirs, shop.browser("cashier").get(f"/staff/members/{till.member.id}").text):
        assert f"订单 {number}" in page
        assert "计分金额 ¥64，每满 ¥10 得 6" not in page  # six is what came of it, one is the rule
        assert "计分金额 ¥64，每满 ¥10 得 1" in page
        assert "2027年11月30日到期" in page


def test_a_multiplier_is_named(shop: Cast, till: Till) -> None:
    """The first sale lifts to 甜品师, the second earns one and a half times: 64 − 6.40 = 57.60 × 1.5 = 86.40 → 8."""
    ladder(shop, 甜品师=60)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    assert till.sell(till.line("提拉米苏", 2), member=till.member)["points"]["earned"] == 8
    assert "计分金额 ¥57.60，每满 ¥10 得 1，1.5 倍" in shop.phone(till.member).get("/member/points").text


def test_a_debt_is_said_in_words_and_the_next_earning_repays_it(shop: Cast, till: Till) -> None:
    order = till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.transaction() as session:
        loyalty.adjust_points(session, till.member.id, {"amount": -6, "reason": "兑礼品"}, actor=SYSTEM, at=shop.at)
        loyalty.claw_back(
            session, till.member.id, 6, order_id=int(order["id"]), key="refund:1", actor=SYSTEM, at=shop.at
        )
    assert "欠 6 积分，下次消费先还" in shop.phone(till.member).get("/member/points").text
    assert "欠 6 积分，下次消费先还" in shop.browser("cashier").get(f"/staff/members/{till.member.id}").text
    till.sell(till.line("6寸蛋糕", options={"size": "6"}), member=till.member)
    page = shop.phone(till.member).get("/member/points").text
    assert "其中 6 还了欠的，2027年11月30日到期，还剩 13" in page
    assert "下次消费先还" not in page


def test_pending_points_are_shown_to_both(shop: Cast, till: Till) -> None:
    pending(shop, till)
    for page in (
        shop.phone(till.member).get("/member/points").text,
        shop.browser("cashier").get(f"/staff/members/{till.member.id}").text,
    ):
        assert "11月24日到账" in page
        assert "+8" in page
    points = body(shop.browser("owner").get(f"/api/v1/members/{till.member.id}/points"))
    assert (points["balance"], points["pending"]) == (0, 8)


def test_what_ends_within_a_month_is_named_and_what_has_ended_says_when_it_came(shop: Cast, till: Till) -> None:
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with clock.stand_at(shop.at + timedelta(days=350)):
        assert "6 积分 11月30日到期" in shop_phone(shop, till).get("/member/points").text
    with clock.stand_at(shop.at + timedelta(days=375)):
        with database.transaction() as session:
            loyalty.expire_points(session, till.member.id, at=clock.now())
        assert "得到的，没用完" in shop_phone(shop, till).get("/member/points").text


def shop_phone(shop: Cast, till: Till) -> Any:
    """The member's phone, signed in on the day the shop stands on."""
    shop.at = clock.now()
    return shop.phone(till.member)


def test_the_api_explains_each_entry(shop: Cast, till: Till) -> None:
    order = till.sell(till.line("提拉米苏", 2), member=till.member)
    (entry,) = body(shop.browser("owner").get(f"/api/v1/members/{till.member.id}/points"))["items"]
    assert (entry["order_number"], entry["paid"], entry["multiplier"], entry["left"]) == (
        order["number"],
        "64.00",
        "1.00",
        6,
    )
    assert entry["rate"] == {"step": 1000, "per_step": 1, "way": "steps"}
    assert entry["expires_at"] == "2027-11-30T16:00:00Z"
    assert body(shop.phone(till.member).get("/api/v1/me/points"))["items"][0]["order_number"] == order["number"]


def test_home_shows_the_level_and_what_is_missing(shop: Cast, till: Till) -> None:
    ladder(shop, 甜品师=60, 烘焙大师=250)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    page = shop.phone(till.member).get("/member/").text
    for words in ("甜品师", "再消费 ¥186 升级烘焙大师", "近 12 个月消费 ¥64", "¥250"):
        assert words in page


def test_without_a_ladder_nothing_is_said_of_levels(shop: Cast, till: Till) -> None:
    assert "升级" not in shop.phone(till.member).get("/member/").text
    assert "店里还没有等级" in shop.phone(till.member).get("/member/growth").text


def test_the_growth_page_tells_the_story(shop: Cast, till: Till) -> None:
    ladder(shop, 甜品师=60, 烘焙大师=250)
    number = till.sell(till.line("提拉米苏", 2), member=till.member)["number"]
    mine = shop.phone(till.member).get("/member/growth").text
    theirs = shop.browser("cashier").get(f"/staff/members/{till.member.id}/growth").text
    for page in (mine, theirs):
        assert number in page
        assert "+64" in page
        assert "2027年11月21日" in page  # the review
    assert "9 折、1.5 倍积分" in mine
    assert shop.browser("kitchen").get(f"/staff/members/{till.member.id}/growth").status_code == 403
