"""Carts and coupons by chance, in the words of the oracle (tests/oracles/prices.py): small ones that a slow search can check, and wallets
of thirty as a heavy user of a generous shop holds them. The product's engine is asked through `ask`."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.catalog.queries import Choice as OptionChoice
from services.catalog.queries import Option, SaleProduct
from services.checkout.rules.pricing import (
    Candidate,
    Cart,
    CartLine,
    Choice,
    Customer,
    HeldCoupon,
    House,
    PointsRule,
    Price,
    price,
)
from services.coupons.rules import Kind, Occasion, Scope, Terms
from tests.oracles import prices

NOW = datetime(2026, 11, 21, 14, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
GROUPS = ("满减", "折扣", "代金", "兑换")
OF_KIND = {"trial_price": "体验", "free_item": "兑换", "percentage": "折扣", "threshold_off": "满减", "cash": "代金"}
PIECE_PRICES = (600, 990, 1280, 1990, 2200, 3200, 3333, 3800, 4500, 6800, 12800, 19800, 29800)
THRESHOLDS = (3000, 5000, 8000, 10000, 15000, 20000, 30000)


@dataclass(frozen=True)
class Case:
    """A cart and what its member holds; `points` at most are spent, 100 for ¥1 unless `paying` says otherwise."""

    lines: list[prices.Line]
    coupons: list[prices.Coupon]
    tier_pays: int = 1000
    points: int = 0
    rounding: int = 0
    paying: prices.PointsPay = prices.ONE_FEN_EACH

    def ask(self, choice: Choice | None = None) -> Price:
        """What the product says."""
        shelf = {
            line.product: SaleProduct(
                line.product, "", line.price, _choices(line), True, False, None, None, line.category, line.member_price,
                "piece" if line.grams is None else "weight", takes_tier=line.takes_tier, takes_coupons=line.takes_coupons,
            )
            for line in self.lines
        }  # fmt: skip
        wanted = tuple(
            CartLine(
                line.product, {"size": "x"} if line.extra else {}, line.pieces, grams=line.grams, manual_price=line.by_hand
            )
            for line in self.lines
        )  # fmt: skip
        held = tuple(HeldCoupon(candidate(coupon), "") for coupon in self.coupons)
        return price(
            Cart(1, 7, wanted, coupons=None, points=self.points),
            shelf,
            Customer(1, "", self.tier_pays, self.points, held),
            House(PointsRule(self.paying.per_yuan, self.paying.least), self.rounding),
            occasion=Occasion(1, "counter", 1, NOW),
            choice=choice,
        )

    def expect(self) -> prices.Answer:
        """What trying everything says."""
        return prices.best(
            self.lines, self.coupons, tier_pays=self.tier_pays, points=self.points, rounding=self.rounding,
            paying=self.paying,
        )  # fmt: skip


def _choices(line: prices.Line) -> tuple[Option, ...]:
    """What one may choose of it: nothing, or a size that costs its `extra`."""
    return (Option("size", "尺寸", (OptionChoice("x", "大", line.extra),)),) if line.extra else ()


def candidate(coupon: prices.Coupon) -> Candidate:
    """The oracle's coupon as the product knows it."""
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


def small(chance: random.Random) -> Case:
    """At most six lines and seven coupons, odd ones among them."""
    coupons: list[prices.Coupon] = []
    for number in range(1, chance.randint(1, 8)):
        copied = coupons and chance.random() < 0.15
        coupons.append(_again(chance, coupons, number) if copied else _odd_coupon(chance, number))
    return Case(
        [_odd_line(chance, number) for number in range(1, chance.randint(2, 7))],
        coupons,
        chance.choice([1000, 900, 850]),
        chance.choice([0, 0, 100, 150, 3000]),
        chance.choice([0, 10, 100]),
        prices.PointsPay(chance.choice([100, 100, 150, 300, 30, 7]), chance.choice([100, 100, 1, 10])),
    )


def _odd_line(chance: random.Random, number: int) -> prices.Line:
    """Some of them weighed, some with a choice that costs more or less, some at a price by hand."""
    line = prices.Line(
        product=number,
        category=number % 3,
        price=chance.choice([1, 210, 990, 1990, 2200, 3200, 3333, 19800]),
        pieces=chance.randint(1, 4),
        member_price=chance.choice([None, None, 900, 2000]),
        takes_tier=chance.random() < 0.8,
        takes_coupons=chance.random() < 0.9,
        grams=chance.choice([1, 50, 62, 250, 333, 500, 1000]) if chance.random() < 0.25 else None,
        extra=chance.choice([0, 0, 0, 300, -150]),
    )
    by_hand = line.piece(line.price) * chance.randint(0, 10) // 10 if chance.random() < 0.1 else None
    return replace(line, by_hand=by_hand)


def _odd_coupon(chance: random.Random, number: int) -> prices.Coupon:
    kind = chance.choice(prices.KINDS)
    value = {"trial_price": 990, "free_item": 0, "percentage": 0}.get(kind, chance.choice([1, 500, 1000, 2000, 3333]))
    return prices.Coupon(
        number,
        kind,
        expires=_some_day(chance, 4),
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


def heavy(chance: random.Random, count: int = 30) -> Case:
    """A full cart (1 to 12 lines) and a wallet of `count` coupons of 8, 15 or 30 templates; how a shop groups them is its own matter:
    by kind, in three or eight groups, or each template for itself."""
    templates = chance.choice([8, 15, count])
    own = [f"券{number}" for number in range(templates)]
    groups = chance.choice([list(OF_KIND.values()), list("甲乙丙"), list("甲乙丙丁戊己庚辛"), own])
    known = [_template(chance, number, groups) for number in range(templates)]
    held = known if templates == count else chance.choices(known, k=count)
    return Case(
        [_usual_line(chance, number) for number in range(1, chance.randint(2, 13))],
        [replace(each, id=number, expires=_some_day(chance, 60)) for number, each in enumerate(held, 1)],
        chance.choice([1000, 900, 900, 850]),
        chance.choice([0, 500, 3000, 100_000]),
        chance.choice([0, 10, 100]),
    )


def _usual_line(chance: random.Random, number: int) -> prices.Line:
    return prices.Line(
        product=number,
        category=number % 5,
        price=chance.choice(PIECE_PRICES),
        pieces=chance.choice([1, 1, 1, 2, 2, 3, 6]),
        member_price=chance.choice([None, None, None, 900, 2990]),
        takes_tier=chance.random() < 0.85,
        takes_coupons=chance.random() < 0.95,
    )


def _template(chance: random.Random, number: int, groups: list[str]) -> prices.Coupon:
    kind = chance.choices(prices.KINDS, [2, 2, 3, 7, 4])[0]
    value = {"trial_price": chance.choice([100, 990, 1990]), "free_item": 0, "percentage": 0}
    on_a_piece, rate = kind in {"trial_price", "free_item"}, kind == "percentage"
    group = OF_KIND[kind] if groups[0] == OF_KIND["trial_price"] else groups[number % len(groups)]
    return prices.Coupon(
        0,
        kind,
        expires=0,
        value=value.get(kind, chance.choice([300, 500, 800, 1000, 2000, 3000, 5000])),
        pays=chance.choice([700, 800, 850, 880, 900, 950]) if rate else 1000,
        cap=chance.choice([None, None, 1000, 2000, 3000, 5000]) if rate else None,
        threshold=chance.choice(THRESHOLDS if kind == "threshold_off" else (0, 0, 3000, 5000, 10000)),
        products=set(chance.sample(range(1, 13), chance.randint(1, 3)))
        if on_a_piece or chance.random() < 0.1
        else set(),
        categories=set(chance.sample(range(5), chance.randint(1, 2))) if chance.random() < 0.15 else set(),
        group=group,
        exclusive=chance.random() < 0.1,
        friends=None if chance.random() < 0.6 else set(chance.sample(groups, 3)),
        with_tier=chance.random() < 0.6,
        with_points=chance.random() < 0.7,
    )


def _again(chance: random.Random, coupons: list[prices.Coupon], number: int) -> prices.Coupon:
    return replace(chance.choice(coupons), id=number, expires=_some_day(chance, 4))


def _some_day(chance: random.Random, most: int) -> float:
    return (NOW + timedelta(days=chance.randint(1, most))).timestamp()
