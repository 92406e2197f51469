"""The ladder: up at once by what was really paid, down only at the yearly review after its grace, and every step is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from services import wiring
from services.checkout.checks import find_differences
from services.checkout.jobs import catch_up_growth
from services.loyalty import commands as loyalty
from services.loyalty.jobs import keep_points, review_tiers, settle_ladder
from services.loyalty.models import GrowthAccount, GrowthEntry
from services.loyalty.queries import GROWTH, find_standing, get_progress, tier_of
from services.messaging.models import Message
from services.shared import clock, database, ledger
from services.shared.actors import SYSTEM
from services.shared.refusals import Invalid
from services.stores import commands as stores
from services.stores.queries import load_settings
from tests.cast import Cast
from tests.refunding import CAKE, open_desk
from tests.selling import Till, open_till, welcome_member

DAY = timedelta(days=1)
PLAIN: dict[str, Any] = {
    "pays": 1000,
    "multiplier": 100,
    "early_days": 0,
    "wallet_bonus": 0,
    "birthday_template_id": None,
    "monthly_template_ids": [],
}


def build(at: datetime, **levels: int) -> dict[str, int]:
    """A ladder of these names and thresholds (yuan)."""
    with database.transaction() as session:
        return {
            name: loyalty.create_tier(
                session, PLAIN | {"name": name, "threshold": yuan * 100, "pays": 900}, actor=SYSTEM, at=at
            ).id
            for name, yuan in levels.items()
        }


def standing(member: int) -> str | None:
    with database.reading() as session:
        found = find_standing(session, member)
    return found.step.name if found else None


def told(member: int) -> list[str]:
    """The titles in the member's inbox about levels, the oldest first."""
    with database.reading() as session:
        rows = select(Message.title).where(Message.member_id == member, Message.key.like("tier%"))
        return list(session.scalars(rows.order_by(Message.id)))


def choose(name: str, value: Any, at: datetime) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {name: value}, actor=SYSTEM, at=at)


def growth(member: int, at: datetime) -> int:
    with database.reading() as session:
        return get_progress(session, member, load_settings(session), at=at).growth


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def test_a_sale_climbs_at_once_and_the_member_hears_of_it(shop: Cast, till: Till) -> None:
    """提拉米苏×2 = 64.00 reaches 甜品师 (¥60); the next one costs 10 % less."""
    build(shop.at, 甜品师=60, 烘焙大师=3000)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    assert (standing(till.member.id), told(till.member.id)) == ("甜品师", ["升级啦：甜品师"])
    assert till.quote(till.line("提拉米苏"), member=till.member)["due"] == "28.80"
    with database.reading() as session:
        progress = get_progress(session, till.member.id, load_settings(session), at=shop.at)
    assert (progress.growth, progress.missing) == (6400, 293600)


def test_a_sale_below_the_threshold_does_not(shop: Cast, till: Till) -> None:
    build(shop.at, 甜品师=65)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    assert (standing(till.member.id), told(till.member.id)) == (None, [])


def test_told_twice_an_order_counts_once_and_what_goes_back_is_taken(shop: Cast, till: Till) -> None:
    build(shop.at, 甜品师=60)
    order = int(till.sell(till.line("提拉米苏", 2), member=till.member)["id"])
    for target in (6400, 3200, 3200):
        with database.transaction() as session:
            loyalty.settle_growth(session, till.member.id, target, order_id=order, at=shop.at)
    with database.transaction() as session:
        loyalty.settle_growth(session, till.member.id, 0, order_id=order, at=shop.at)
    assert growth(till.member.id, shop.at) == 0
    assert standing(till.member.id) == "甜品师"  # a fall waits for the review
    with database.reading() as session:
        assert not list(ledger.differences(session, GROWTH))


def test_the_first_level_is_there_from_the_first_day_without_a_word(shop: Cast) -> None:
    build(shop.at, 烘焙学徒=0, 甜品师=100)
    member = welcome_member(shop.at).id
    assert (standing(member), told(member)) == ("烘焙学徒", [])


def test_a_lowered_threshold_lifts_those_who_reach_it(shop: Cast, till: Till) -> None:
    tiers = build(shop.at, 甜品师=100)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.transaction() as session:
        loyalty.change_tier(session, tiers["甜品师"], {"threshold": 6400}, actor=SYSTEM, at=shop.at)
    assert standing(till.member.id) is None
    settle_ladder()
    settle_ladder()
    assert (standing(till.member.id), told(till.member.id)) == ("甜品师", ["升级啦：甜品师"])


def test_the_review_warns_first_and_takes_one_level_after_the_grace(shop: Cast, till: Till) -> None:
    build(shop.at, 甜品师=50, 点心师=55, 烘焙大师=60)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    year_later = shop.at + 366 * DAY
    for day, expected in ((0, "烘焙大师"), (29, "烘焙大师"), (30, "点心师"), (31, "点心师")):
        with clock.stand_at(year_later + day * DAY):
            review_tiers()
            review_tiers()
        assert standing(till.member.id) == expected, day
    assert told(till.member.id)[1:] == ["「烘焙大师」快到期了", "等级有变化：点心师"]


def test_whoever_makes_up_for_it_within_the_grace_keeps_the_level(shop: Cast, till: Till) -> None:
    build(shop.at, 甜品师=60)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with clock.stand_at(shop.at + 366 * DAY):
        review_tiers()
        with database.transaction() as session:
            loyalty.settle_growth(session, till.member.id, 9600, order_id=99, at=clock.now())
    with clock.stand_at(shop.at + 400 * DAY):
        review_tiers()
    assert standing(till.member.id) == "甜品师"
    assert told(till.member.id)[1:] == ["「甜品师」快到期了", "「甜品师」保住了"]


def test_without_grace_the_review_decides_on_its_day(shop: Cast, till: Till) -> None:
    build(shop.at, 甜品师=60)
    choose("tiers.grace_days", 0, shop.at)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with clock.stand_at(shop.at + 366 * DAY):
        review_tiers()
    assert (standing(till.member.id), told(till.member.id)[1:]) == (None, ["等级有变化：普通会员"])


def test_spend_of_a_lifetime_keeps_for_ever(shop: Cast, till: Till) -> None:
    choose("tiers.basis", "lifetime", shop.at)
    build(shop.at, 甜品师=60)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with clock.stand_at(shop.at + 366 * DAY):
        review_tiers()
    assert (standing(till.member.id), told(till.member.id)[1:]) == ("甜品师", ["「甜品师」保住了"])


def test_where_points_climb_they_are_what_was_earned_not_what_was_given(shop: Cast, till: Till) -> None:
    """64.00 earns 6 points; a hundred by hand do not climb."""
    choose("tiers.basis", "points", shop.at)
    build(shop.at, 甜品师=6, 烘焙大师=50)
    with database.transaction() as session:
        loyalty.adjust_points(session, till.member.id, {"amount": 100, "reason": "补"}, actor=SYSTEM, at=shop.at)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    assert standing(till.member.id) == "甜品师"


def test_a_removed_level_brings_its_members_to_the_one_below(shop: Cast, till: Till) -> None:
    tiers = build(shop.at, 烘焙学徒=10, 甜品师=60)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.transaction() as session:
        loyalty.archive_tier(session, tiers["甜品师"], actor=SYSTEM, at=shop.at)
        assert tier_of(session, till.member.id) is not None  # until the job has told them
    settle_ladder()
    settle_ladder()
    assert standing(till.member.id) == "烘焙学徒"
    assert told(till.member.id)[1:] == ["等级有变化：烘焙学徒"]


@pytest.mark.parametrize("taken", [{"name": "甜品师", "threshold": 1}, {"name": "另一级", "threshold": 6000}])
def test_names_and_thresholds_are_unique(shop: Cast, taken: dict[str, Any]) -> None:
    build(shop.at, 甜品师=60)
    with pytest.raises(Invalid), database.transaction() as session:
        loyalty.create_tier(session, PLAIN | taken, actor=shop.owner, at=shop.at)


def test_no_reader_of_the_ladder_is_left_behind(shop: Cast, till: Till) -> None:
    build(shop.at, 甜品师=60)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.reading() as session:
        assert not [line for check in wiring.CHECKS for line in check(session)]


def test_what_was_bought_before_there_was_a_ladder_counts_at_its_own_time(shop: Cast, till: Till) -> None:
    """Part 1 had no growth: its orders have no entry. The first level makes them count, once, and the member rises once."""
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.transaction() as session:
        for table in (GrowthEntry, GrowthAccount):
            session.execute(delete(table))
    build(shop.at, 烘焙学徒=10, 甜品师=60)
    with clock.stand_at(shop.at + DAY):
        catch_up_growth()
        catch_up_growth()
    assert (growth(till.member.id, shop.at + DAY), standing(till.member.id)) == (6400, "甜品师")
    assert told(till.member.id) == ["升级啦：甜品师"]
    with database.reading() as session:
        assert session.scalars(select(GrowthEntry.at)).all() == [shop.at]
        assert not list(ledger.differences(session, GROWTH))


def test_verify_names_growth_that_no_order_stands_for(shop: Cast, till: Till) -> None:
    order = till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.reading() as session:
        assert not list(find_differences(session))
    with database.transaction() as session:
        loyalty.settle_growth(session, till.member.id, 7000, order_id=int(order["id"]), at=shop.at)
        told = f"order {order['number']}: 7000 hundredths of growth for member {till.member.id}, 6400 fen still paid"
        assert list(find_differences(session)) == [told]


def test_a_refund_leaves_the_year_together_with_its_order(shop: Cast) -> None:
    """Day 0 ¥1,980, back on day 19; day 31 ¥990. The refund is younger than its order, and is never left alone in the year."""
    desk = open_desk(shop)
    cakes = desk.sell((CAKE, 10))
    desk.now = shop.at + 19 * DAY
    with clock.stand_at(desk.now):
        desk.whole(cakes)
    desk.now = shop.at + 31 * DAY
    with clock.stand_at(desk.now):
        desk.sell((CAKE, 5))
    days = (32, 364, 370, 385, 395, 397)
    assert [growth(desk.member.id, shop.at + day * DAY) for day in days] == [*[99000] * 5, 0]


def test_points_that_wait_climb_when_they_count(shop: Cast) -> None:
    choose("tiers.basis", "points", shop.at)
    choose("points.pending_days", 7, shop.at)
    build(shop.at, 甜品师=6)
    desk = open_desk(shop)
    desk.sell(("提拉米苏", 2))
    for day, expected in ((6, None), (7, "甜品师")):
        with clock.stand_at(shop.at + day * DAY):
            keep_points()
        assert standing(desk.member.id) == expected, day
