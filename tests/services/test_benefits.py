"""What levels give: coupons each month and for the birthday, exactly once, in the shop's morning."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.checkout.jobs import give_benefits
from services.coupons import commands as coupons
from services.coupons.models import Coupon, CouponTemplate
from services.coupons.schemas import TemplateIn
from services.loyalty import commands as loyalty
from services.members import commands as members
from services.members.rules.birthdays import Birthday
from services.messaging.models import Message
from services.shared import clock, database
from services.shared.actors import SYSTEM
from tests.cast import Cast

DAY = timedelta(days=1)
MORNING = datetime.fromisoformat("2026-12-01T10:00:00+08:00")


@pytest.fixture
def latte(shop: Cast) -> int:
    told = {"name": "拿铁一杯", "kind": "cash", "value": "10.00", "valid_days": 30, "per_member": 1}
    with database.transaction() as session:
        return coupons.create_template(session, TemplateIn().load(told), actor=SYSTEM, at=shop.at).id


def level(shop: Cast, **benefits: Any) -> None:
    """A first level that everybody has."""
    plain: dict[str, Any] = {
        "name": "学徒",
        "threshold": 0,
        "pays": 1000,
        "multiplier": 100,
        "early_days": 0,
        "wallet_bonus": 0,
        "birthday_template_id": None,
        "monthly_template_ids": [],
    }
    with database.transaction() as session:
        loyalty.create_tier(session, plain | benefits, actor=SYSTEM, at=shop.at)


def welcome(shop: Cast, place: int = 0, **more: Any) -> int:
    with database.transaction() as session:
        data = {"name": f"客人{place}", "phone": f"+86138001{place:05d}", "consent": True} | more
        return members.create_member(session, data, actor=SYSTEM, at=shop.at).id


def work_at(moment: datetime) -> None:
    with clock.stand_at(moment):
        give_benefits()
        give_benefits()


def given(member: int) -> list[str]:
    with database.reading() as session:
        rows = select(Coupon.source).where(Coupon.member_id == member).order_by(Coupon.id)
        return list(session.scalars(rows))


def test_monthly_coupons_come_once_a_month_past_the_limit_per_member(shop: Cast, latte: int) -> None:
    level(shop, monthly_template_ids=[latte])
    member = welcome(shop, marketing=True)
    for month in (0, 31, 62):
        work_at(MORNING + month * DAY)
        work_at(MORNING + (month + 9) * DAY)
    assert given(member) == ["tier_monthly"] * 3
    with database.reading() as session:
        titles = list(session.scalars(select(Message.title).where(Message.member_id == member)))
    assert titles == ["这个月的券到了"] * 3


def test_nobody_is_woken_for_a_coupon(shop: Cast, latte: int) -> None:
    level(shop, monthly_template_ids=[latte])
    member = welcome(shop)
    work_at(MORNING - timedelta(hours=2))
    work_at(MORNING + timedelta(hours=4))
    assert given(member) == []


def test_two_hundred_members_and_whoever_rises_later_gets_theirs(shop: Cast, latte: int) -> None:
    level(shop, monthly_template_ids=[latte])
    everyone = [welcome(shop, place) for place in range(120)]
    work_at(MORNING)
    assert {len(given(each)) for each in everyone[::30]} == {1}
    late = welcome(shop, 500)
    work_at(MORNING + DAY)
    assert (given(late), given(everyone[0])) == (["tier_monthly"], ["tier_monthly"])


def birthday(month: int, day: int, calendar: str = "solar") -> dict[str, Any]:
    return Birthday(calendar, month, day).columns()


@pytest.mark.parametrize(
    ("told", "moment", "comes"),
    [
        (birthday(12, 8), MORNING, True),  # seven days ahead
        (birthday(12, 9), MORNING, False),
        (birthday(11, 28), MORNING, True),  # three days late
        (birthday(11, 27), MORNING, False),
        (birthday(10, 25, "lunar"), MORNING, True),  # 2026: 3 December
    ],
)
def test_the_birthday_gift_comes_around_the_day(
    shop: Cast, latte: int, told: dict[str, Any], moment: datetime, comes: bool
) -> None:
    level(shop, birthday_template_id=latte)
    member = welcome(shop, **told)
    work_at(moment)
    assert given(member) == (["birthday"] if comes else [])


def test_a_birthday_that_moves_does_not_come_twice_but_next_year_again(shop: Cast, latte: int) -> None:
    level(shop, birthday_template_id=latte)
    member = welcome(shop, **birthday(12, 3))
    work_at(MORNING)
    with database.transaction() as session:
        members.change_member(session, member, birthday(1, 10), actor=shop.owner, at=MORNING)
    work_at(MORNING + 40 * DAY)
    assert given(member) == ["birthday"]
    work_at(MORNING + 402 * DAY)
    assert given(member) == ["birthday", "birthday"]


def test_a_template_that_is_used_up_stops_only_itself(shop: Cast, latte: int) -> None:
    with database.transaction() as session:
        told = {"name": "别的", "kind": "cash", "value": "5.00", "valid_days": 30}
        other = coupons.create_template(session, TemplateIn().load(told), actor=SYSTEM, at=shop.at).id
        session.get_one(CouponTemplate, latte).stock = 1
    level(shop, monthly_template_ids=[latte, other])
    first, second = welcome(shop, 1), welcome(shop, 2)
    work_at(MORNING)
    assert sorted([len(given(first)), len(given(second))]) == [1, 2]


def test_a_gift_that_came_from_a_friend_is_not_the_own_one(shop: Cast) -> None:
    with database.transaction() as session:
        told = {"name": "生日蛋糕券", "kind": "cash", "value": "10.00", "valid_days": 30, "transferable": True}
        cake = coupons.create_template(session, TemplateIn().load(told), actor=SYSTEM, at=shop.at).id
    level(shop, birthday_template_id=cake)
    giver, friend = welcome(shop, 1, **birthday(12, 3)), welcome(shop, 2, **birthday(12, 20))
    work_at(MORNING)
    with database.transaction() as session:
        gift = session.scalars(select(Coupon.id).where(Coupon.member_id == giver)).one()
        token = coupons.offer_transfer(session, gift, giver, actor=SYSTEM, at=MORNING)
        coupons.take_transfer(session, token, friend, actor=SYSTEM, at=MORNING)
    work_at(MORNING + 18 * DAY)
    assert (given(giver), given(friend)) == ([], ["birthday", "birthday"])
