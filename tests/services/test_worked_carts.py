"""The worked carts of domain.md, number by number, with the arithmetic of its table."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.catalog.queries import Choice, Option, SaleProduct
from services.checkout.rules.pricing import (
    STANDARD,
    Candidate,
    Cart,
    CartLine,
    Customer,
    HeldCoupon,
    House,
    PointsRule,
    Price,
    price,
)
from services.checkout.rules.pricing.choices import deduction
from services.coupons.rules import Kind, Occasion, Scope, Terms
from services.shared import money

TIRAMISU, BASQUE, COOKIES, LATTE, CAKE = range(1, 6)
SHELF = {
    number: SaleProduct(number, name, fen, (), True, False, None, None)
    for number, name, fen in (
        (TIRAMISU, "提拉米苏", 3200), (BASQUE, "巴斯克", 3800), (COOKIES, "曲奇", 3500), (LATTE, "拿铁", 2200),
        (CAKE, "6寸蛋糕", 19800),
    )
}  # fmt: skip
SATURDAY = Occasion(1, "counter", None, datetime(2026, 11, 21, 14, 20, tzinfo=ZoneInfo("Asia/Shanghai")))
OFF_20 = Terms(Kind.THRESHOLD_OFF, value=2000, threshold=10000, group="满减")


def member(*terms: Terms, tier: bool = False, points: int = 0) -> Customer:
    coupons = tuple(HeldCoupon(Candidate(number, each), each.group) for number, each in enumerate(terms, 1))
    return Customer(1, "甜品师 9折", 900 if tier else 1000, points, coupons)


def priced(wanted: dict[int, int], customer: Customer, *, points: int = 0, house: House = STANDARD) -> Price:
    lines = tuple(CartLine(product, {}, pieces) for product, pieces in wanted.items())
    return price(Cart(1, 7, lines, coupons=None, points=points), SHELF, customer, house, occasion=SATURDAY)


def steps(found: Price) -> list[tuple[str, str]]:
    return [(step.kind, money.text(step.amount)) for step in found.steps]


def test_1_and_2_two_tiramisu() -> None:
    assert steps(priced({TIRAMISU: 2}, member())) == [("list", "64.00")]


def test_3_a_tier_of_ninety_per_cent() -> None:
    found = priced({TIRAMISU: 2}, member(tier=True))
    assert steps(found) == [("list", "64.00"), ("tier", "-6.40")]
    assert found.due == 5760


def test_4_twenty_off_a_hundred_is_five_a_piece() -> None:
    lines = tuple(CartLine(TIRAMISU, {}) for _ in range(4))
    found = price(Cart(1, 7, lines, coupons=None), SHELF, member(OFF_20), occasion=SATURDAY)
    assert found.due == 10800
    assert found.steps[1].shares == (-500, -500, -500, -500)


def test_5_the_tier_is_waived_where_the_coupon_saves_more() -> None:
    found = priced({TIRAMISU: 1, BASQUE: 1, COOKIES: 1}, member(OFF_20, tier=True))
    assert (steps(found), found.tier) == ([("list", "105.00"), ("threshold_off", "-20.00")], False)


def test_5_below_the_threshold_with_the_tier_five_fifty_is_missing() -> None:
    too_dear = Terms(Kind.THRESHOLD_OFF, value=100, threshold=10000)  # one yuan off is less than the tier gives
    found = priced({TIRAMISU: 1, BASQUE: 1, COOKIES: 1}, member(too_dear, tier=True))
    assert found.due == 9450
    [verdict] = found.verdicts
    assert verdict.reason is not None
    assert (verdict.reason.code, verdict.reason.params) == ("below_threshold", (("missing", 550),))


def test_6_a_coupon_that_does_not_combine_with_the_tier() -> None:
    alone = Terms(Kind.THRESHOLD_OFF, value=2000, threshold=10000, with_tier=False)
    found = priced({TIRAMISU: 4}, member(alone, tier=True))
    assert (found.due, found.tier) == (10800, False)


def test_7_a_percentage_stops_at_its_cap() -> None:
    assert priced({CAKE: 1}, member(Terms(Kind.PERCENTAGE, pays=800, cap=3000))).due == 16800


def test_8_a_percentage_and_a_voucher_that_consent() -> None:
    percentage = Terms(Kind.PERCENTAGE, pays=800, group="折扣", combines_with=frozenset({"代金"}))
    voucher = Terms(Kind.CASH, value=1000, group="代金", combines_with=frozenset({"折扣"}))
    found = priced({CAKE: 1}, member(percentage, voucher))
    assert steps(found) == [("list", "198.00"), ("percentage", "-39.60"), ("cash", "-10.00")]
    assert found.due == 14840


def test_9_a_free_latte() -> None:
    free = Terms(Kind.FREE_ITEM, scope=Scope(products=frozenset({LATTE})))
    assert steps(priced({LATTE: 1, TIRAMISU: 1}, member(free))) == [("list", "54.00"), ("free_item", "-22.00")]


TRIAL = Terms(Kind.TRIAL_PRICE, value=1990, scope=Scope(products=frozenset({TIRAMISU})))


def test_10_one_piece_at_the_trial_price() -> None:
    assert priced({TIRAMISU: 2}, member(TRIAL)).due == 5190


def test_11_points_pay_half_of_what_is_left() -> None:
    found = priced({TIRAMISU: 2}, member(TRIAL, points=3000), points=3000)
    assert (found.due, found.points) == (2595, 2595)


def test_the_least_number_of_points_can_be_spent_at_any_rate() -> None:
    """150 for ¥1: 100 points pay 0.66 (as 99 would); 300 for ¥1: 0.33. 99 are too few; half of 1.00 is too little."""
    for per_yuan, off in ((150, 66), (300, 33), (100, 100)):
        house = House(PointsRule(per_yuan))
        found = priced({TIRAMISU: 1}, member(points=100), points=100, house=house)
        assert (found.due, found.points) == (3200 - off, 100)
        assert priced({TIRAMISU: 1}, member(points=99), points=99, house=house).points == 0
    assert deduction(100, 5000, PointsRule(150)) == (0, 0)


def test_13_rounding_goes_down_last_as_its_own_line() -> None:
    found = priced({TIRAMISU: 2}, member(tier=True), house=House(rounding=100))
    assert steps(found) == [("list", "64.00"), ("tier", "-6.40"), ("rounding", "-0.60")]
    assert found.due == 5700


def test_a_members_price_of_what_is_weighed_is_for_the_weight_too() -> None:
    """¥48 per 500 g, ¥42 for members: 250 g cost ¥24, or ¥21; with a box for ¥3 on it ¥27 and ¥24."""
    box = Option("box", "包装", (Choice("no", "袋装", 0), Choice("yes", "盒装", 300)))
    sweets = {1: SaleProduct(1, "散装曲奇", 4800, (box,), True, False, None, None, member_price=4200, pricing="weight")}
    dues = {
        (grams, box): [price(Cart(1, who, (CartLine(1, {"box": box}, grams=grams),)), sweets).due for who in (None, 7)]
        for grams, box in ((50, "no"), (62, "no"), (250, "no"), (1000, "no"), (250, "yes"))
    }
    assert dues == {
        (50, "no"): [480, 420], (62, "no"): [595, 521], (250, "no"): [2400, 2100], (1000, "no"): [9600, 8400],
        (250, "yes"): [2700, 2400],
    }  # fmt: skip
