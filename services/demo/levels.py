"""The ladder of the demo shop, its earning rules, a cake that is not out yet, and what is sold by weight."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog import commands as catalog
from services.catalog.models import Category, Product
from services.checkout.commands import tiers as checkout
from services.coupons.models import CouponTemplate
from services.loyalty import commands as loyalty
from services.shared.actors import SYSTEM

NEXT_CAKE = timedelta(days=5)


def build(session: Session, *, at: datetime, now: datetime) -> None:
    """Three levels that stood since `at`; rules, and a cake whose day is still to come `now`."""
    coupon = {name: each for each, name in session.execute(select(CouponTemplate.id, CouponTemplate.name))}
    for told in _levels(coupon):
        checkout.create_tier(session, told, actor=SYSTEM, at=at)
    shelf = {name: each for each, name in session.execute(select(Category.id, Category.name))}
    for told in _rules(shelf):
        loyalty.create_rule(session, told, actor=SYSTEM, at=at)
    _shelve(session, shelf, at, now)


def _levels(coupon: dict[str, int]) -> list[dict[str, Any]]:
    latte, cake = coupon["请您喝杯拿铁"], coupon["整只蛋糕 9 折"]
    none: dict[str, Any] = {
        "wallet_bonus": 0,
        "early_days": 0,
        "birthday_template_id": None,
        "monthly_template_ids": [],
    }
    return [
        none | {"name": "烘焙学徒", "threshold": 0, "pays": 1000, "multiplier": 100, "birthday_template_id": cake},
        none
        | {
            "name": "甜品师", "threshold": 40000, "pays": 950, "multiplier": 150, "early_days": 3,
            "birthday_template_id": cake,
        },
        none
        | {
            "name": "烘焙大师", "threshold": 100000, "pays": 900, "multiplier": 200, "early_days": 7, "wallet_bonus": 50,
            "birthday_template_id": cake, "monthly_template_ids": [latte],
        },
    ]  # fmt: skip


def _rules(shelf: dict[str, int]) -> list[dict[str, Any]]:
    every: dict[str, Any] = {
        "products": [], "categories": [], "tiers": [], "weekdays": [], "starts_on": None, "ends_on": None, "birthday": "",
    }  # fmt: skip
    return [
        every | {"name": "周三小点心双倍", "multiplier": 200, "weekdays": [2], "categories": [shelf["小点心"]]},
        every | {"name": "生日那一周双倍", "multiplier": 200, "birthday": "week"},
    ]


def _shelve(session: Session, shelf: dict[str, int], at: datetime, now: datetime) -> None:
    soon = {
        "name": "草莓云朵", "category_id": shelf["蛋糕卷·切件"], "price": 3600, "picture": "drawn:strawberry",
        "description": "新品，冬天的第一颗草莓", "launches_on": (now + NEXT_CAKE).date(), "sort": 40,
    }  # fmt: skip
    weighed = {
        "name": "散称曲奇", "category_id": shelf["伴手礼"], "price": 6800, "pricing": "weight", "picture": "drawn:cookie",
        "description": "想要多少称多少", "sort": 41,
    }  # fmt: skip
    worked = {
        "name": "定制加工", "category_id": shelf["整只蛋糕"], "price": 0, "pricing": "open", "takes_tier": False,
        "takes_coupons": False, "description": "加层、加字、加急", "sort": 42,
    }  # fmt: skip
    for data in (soon, weighed, worked):
        catalog.create_product(session, data, actor=SYSTEM, at=now if data is soon else at - timedelta(days=1))
    toast = session.scalar(select(Product.id).where(Product.name == "北海道吐司"))
    if toast is not None:
        catalog.change_product(session, toast, {"member_price": 2300}, actor=SYSTEM, at=at)
