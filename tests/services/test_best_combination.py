"""The proposal is the best there is: the engine beside a search that tries everything (tests/oracles/prices.py)."""

import os
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.catalog.queries import SaleProduct
from services.checkout.rules.pricing import Candidate, Cart, CartLine, Customer, HeldCoupon, House, Price, price
from services.coupons.rules import Kind, Occasion, Scope, Terms
from tests.oracles import prices

CARTS = int(os.environ.get("CHANGKE_CARTS", "1000"))  # `make soak` plays 10,000
GROUPS = ("满减", "折扣", "代金", "兑换")
NOW = datetime(2026, 11, 21, 14, 20, tzinfo=ZoneInfo("Asia/Shanghai"))


def some_lines(chance: random.Random) -> list[prices.Line]:
    return [
        prices.Line(
            product=number,
            category=number % 3,
            price=chance.choice([1, 990, 1990, 2200, 3200, 3333, 19800]),
            pieces=chance.randint(1, 4),
            member_price=chance.choice([None, None, 900, 2000]),
            takes_tier=chance.random() < 0.8,
            takes_coupons=chance.random() < 0.9,
        )
        for number in range(1, chance.randint(2, 7))
    ]


def some_coupon(chance: random.Random, number: int) -> prices.Coupon:
    kind = chance.choice(prices.KINDS)
    value = {"trial_price": 990, "free_item": 0, "percentage": 0}.get(kind, chance.choice([1, 500, 1000, 2000, 3333]))
    return prices.Coupon(
        number,
        kind,
        expires=(NOW + timedelta(days=chance.randint(1, 4))).timestamp(),
        value=value,
        pays=chance.choice([500, 800, 850, 985]) if kind == "percentage" else 1000,
        cap=chance.choice([None, 3000]) if kind == "percentage" else None,
        threshold=chance.choice([0, 0, 5000, 10000, 20000]),
        products=set(chance.sample(range(1, 7), chance.randint(1, 3))) if chance.random() < 0.4 else set(),
        categories={chance.randint(0, 2)} if chance.random() < 0.2 else set(),
        group=chance.choice(GROUPS),
        exclusive=chance.random() < 0.1,
        friends=None if chance.random() < 0.7 else set(chance.sample(GROUPS, 2)),
        with_tier=chance.random() < 0.6,
        with_points=chance.random() < 0.6,
    )


def ask(lines: list[prices.Line], coupons: list[prices.Coupon], tier_pays: int, points: int, rounding: int) -> Price:
    shelf = {
        line.product: SaleProduct(
            line.product, "", line.price, (), True, False, None, None, line.category, line.member_price,
            takes_tier=line.takes_tier, takes_coupons=line.takes_coupons,
        )
        for line in lines
    }  # fmt: skip
    cart = Cart(1, 7, tuple(CartLine(line.product, {}, line.pieces) for line in lines), coupons=None, points=points)
    held = tuple(HeldCoupon(candidate(coupon), "") for coupon in coupons)
    occasion = Occasion(1, "counter", 1, NOW)
    return price(cart, shelf, Customer(1, "", tier_pays, points, held), House(rounding=rounding), occasion=occasion)


def candidate(coupon: prices.Coupon) -> Candidate:
    terms = Terms(
        Kind(coupon.kind),
        value=coupon.value,
        pays=coupon.pays,
        cap=coupon.cap,
        threshold=coupon.threshold,
        scope=Scope(frozenset(coupon.products), frozenset(coupon.categories)),
        group=coupon.group,
        exclusive=coupon.exclusive,
        combines_with=None if coupon.friends is None else frozenset(coupon.friends),
        with_tier=coupon.with_tier,
        with_points=coupon.with_points,
    )
    return Candidate(coupon.id, terms, datetime.fromtimestamp(coupon.expires, UTC))


@pytest.mark.parametrize("seed", range(10))
def test_no_other_legal_combination_leaves_less_to_pay(seed: int) -> None:
    chance = random.Random(seed)
    used = 0
    for _ in range(CARTS // 10):
        lines = some_lines(chance)
        coupons = [some_coupon(chance, number) for number in range(1, chance.randint(1, 8))]
        tier_pays, points, rounding = (
            chance.choice([1000, 900, 850]),
            chance.choice([0, 0, 3000]),
            chance.choice([0, 10, 100]),
        )
        expected = prices.best(lines, coupons, tier_pays=tier_pays, points=points, rounding=rounding)
        found = ask(lines, coupons, tier_pays, points, rounding)
        assert found.exhaustive
        assert (found.due, len(found.coupons), found.points) == (expected.due, len(expected.coupons), expected.points)
        assert found.due == sum(line.amount for line in found.lines)
        assert all(line.amount >= 0 for line in found.lines)
        assert all(
            line.amount == line.list_price * line.quantity + sum(s.amount for s in line.shares) for line in found.lines
        )
        assert all(sum(step.shares) == step.amount for step in found.steps)
        assert {v.coupon_id for v in found.verdicts if v.saves} == set(found.coupons)
        assert all((v.saves > 0) != (v.reason is not None) for v in found.verdicts)
        used += bool(found.coupons)
    assert used > CARTS // 40, "the carts hardly ever use a coupon: this compares nothing"
