"""Every way of paying with every way of refunding, in the real books, against an independent model; and random sequences of the rules."""

import random
from collections.abc import Iterator
from itertools import chain, combinations

import pytest

from services.checkout.rules import refunds as rules
from services.checkout.rules.refunds import Back, PaidBy, Plan, Sold, SoldLine, Wish
from services.loyalty.rules import Rate
from services.orders.queries import OrderView, RefundView
from services.shared import database
from services.wallet.queries import list_parts_of_order
from services.wallet.rules import Part
from tests.cast import Cast
from tests.oracles import refunds as model
from tests.refunding import Desk, faults, open_desk
from tests.selling import welcome_member

USES = ("wallet", "points", "coupon", "tier", "cash")
COMBINATIONS = list(chain.from_iterable(combinations(USES, count) for count in range(len(USES) + 1)))
FIRST = {"whole": Wish("whole"), "line": Wish("lines", pieces=((1, 2), (3, 1))), "amount": Wish("amount", amount=3337)}


@pytest.fixture
def desk(shop: Cast) -> Desk:
    return open_desk(shop)


@pytest.mark.parametrize("uses", COMBINATIONS, ids="+".join)
def test_every_combination_is_refunded_as_the_model_says(desk: Desk, uses: tuple[str, ...]) -> None:
    for number, (way, first) in enumerate(FIRST.items()):
        for spent in (False, True):
            desk.member = welcome_member(desk.now, f"阿{way}", f"+86138{number}00{int(spent)}0000")
            coupon = _prepare(desk, uses)
            before = (desk.points, desk.wallet)
            order = _sell(desk, uses)
            expected = _model_of(order)
            if spent and desk.points:
                desk.give_points(-desk.points)  # whatever there was is gone
            held = desk.points
            done = _check(desk, order, expected, first)
            if way != "whole":
                done = _check(desk, order, expected, Wish("whole"))
            assert desk.order(order).state == "refunded"
            assert desk.wallet == before[1]
            assert desk.points == held + order.points_spent - order.points_earned
            assert spent or desk.points == before[0]
            assert (not coupon) or (desk.coupon_state(coupon), done.coupons_returned) == ("issued", (coupon,))
    assert not faults()


def _prepare(desk: Desk, uses: tuple[str, ...]) -> int:
    """What the member holds: two lots, points, a coupon, a tier; the coupon's id."""
    if "wallet" in uses:
        desk.top_up(5000, 1000)
        desk.top_up(30000, 5000)
    if "points" in uses:
        desk.give_points(3000)
    if "tier" in uses:
        desk.stand_on(900, multiplier=150, threshold=10**9)
    return desk.give_coupon("threshold_off", value=2000, threshold=10000) if "coupon" in uses else 0


def _sell(desk: Desk, uses: tuple[str, ...]) -> OrderView:
    """178.00 at list price: three lines, paid in up to three ways."""
    paid = {kind: fen for kind, fen in (("wallet", 7777), ("cash", 2000)) if kind in uses}
    return desk.sell(("提拉米苏", 3), ("巴斯克", 1), ("拿铁", 2), paid=paid, points=1501 if "points" in uses else 0)


def _model_of(order: OrderView) -> model.Order:
    """The order as the model knows it: what was paid, and which lot gave what."""
    with database.reading() as session:
        spent, _returned = list_parts_of_order(session, order.id)
    made = model.Order(
        [
            model.Line(
                line.quantity,
                line.amount,
                line.multiplier,
                -sum(share.amount for share in line.shares if share.kind == "points"),
            )
            for line in order.lines
        ],
        [(tender.kind, tender.amount) for tender in order.tenders],
        [[part.principal, part.bonus] for part in spent],
        order.points_spent,
    )
    assert made.earned == order.points_earned
    return made


def _check(desk: Desk, order: OrderView, expected: model.Order, wish: Wish) -> RefundView:
    points, wallet = desk.points, desk.wallet
    pieces = {position - 1: count for position, count in wish.pieces}
    effect = expected.refund(wish.way, pieces, wish.amount)
    done = desk.refund(order, wish)
    assert done.amount == effect.money
    assert {each.place: each.amount for each in done.tenders} == {
        place: fen for place, fen in enumerate(effect.tenders) if fen
    }
    assert (done.points_returned, done.points_taken_back) == (effect.points_returned, effect.points_taken_back)
    assert desk.points == points + effect.points_returned - effect.points_taken_back
    assert done.debt == max(0, -desk.points)
    assert done.growth_taken_back == effect.growth
    assert desk.wallet == (wallet[0] + sum(effect.lots[0::2]), wallet[1] + sum(effect.lots[1::2]))
    return done


def test_five_hundred_random_orders_end_where_the_whole_does() -> None:
    """Any sequence of pieces and amounts, step by step as the model says, ends at nothing left."""
    dice = random.Random(20261122)
    for _ in range(500):
        sold, expected = _random_order(dice)
        whole = rules.plan(sold, Wish("whole"))
        steps = list(_until_nothing_is_left(dice, sold, expected))
        for name in ("amount", "points_returned", "points_taken_back", "growth_taken_back", "to_wallet"):
            assert sum(getattr(step, name) for step in steps) == getattr(whole, name), name
        assert [step.complete for step in steps] == [False] * (len(steps) - 1) + [True]


def _random_order(dice: random.Random) -> tuple[Sold, model.Order]:
    lines = [
        SoldLine(
            place, dice.randint(1, 6), dice.choice((0, 1, dice.randint(2, 30000))), dice.choice((100, 100, 150, 250)),
            dice.choice((0, dice.randint(1, 900))),
        )
        for place in range(1, dice.randint(2, 5))
    ]  # fmt: skip
    due, kinds = sum(line.amount for line in lines), ["wechat", "cash", "wallet"]
    shares = model.spread(due, [dice.randint(1, 9) for _ in kinds])
    tenders = [(kind, fen) for kind, fen in zip(kinds, shares, strict=True) if fen]
    stored = dict(tenders).get("wallet", 0)
    lots = [[stored - stored // 3, 0], [0, stored // 3]] if stored else []
    spent = dice.randint(100, 3000) if any(line.by_points for line in lines) else 0
    expected = model.Order(
        [model.Line(line.quantity, line.amount, line.multiplier, line.by_points) for line in lines],
        tenders,
        lots,
        spent,
    )
    parts = tuple(Part(number, *lot) for number, lot in enumerate(lots, 1))
    held = tuple(PaidBy(kind, fen, bonus=stored // 3 if kind == "wallet" else 0) for kind, fen in tenders)
    sold = Sold(
        tuple(lines), held, expected.earned, Rate(), spent, growth=expected.growth, coupons=(7,), wallet_spent=parts
    )
    return sold, expected


def _until_nothing_is_left(dice: random.Random, sold: Sold, expected: model.Order) -> Iterator[Plan]:
    while not sold.is_complete:
        wish = _random_wish(dice, sold)
        plan = rules.plan(sold, wish)
        effect = expected.refund(wish.way, {place - 1: count for place, count in wish.pieces}, wish.amount)
        assert (plan.amount, plan.points_returned, plan.points_taken_back, plan.growth_taken_back, plan.complete) == (
            effect.money, effect.points_returned, effect.points_taken_back, effect.growth, effect.over,
        )  # fmt: skip
        assert {back.place: back.amount for back in plan.tenders} == {
            place: fen for place, fen in enumerate(effect.tenders) if fen
        }
        assert plan.coupons == ((7,) if plan.complete else ())
        yield plan
        sold = _after(sold, plan)


def _random_wish(dice: random.Random, sold: Sold) -> Wish:
    if sold.left and dice.random() < 0.4:
        return Wish("amount", amount=dice.choice((dice.randint(1, sold.left), sold.left)))
    there = [line for line in sold.lines if line.pieces_left]
    chosen = dice.sample(there, dice.randint(1, len(there)))
    return Wish("lines", tuple((line.position, dice.randint(1, line.pieces_left)) for line in chosen))


def _after(sold: Sold, plan: Plan) -> Sold:
    """The order as the books would show it after a plan."""
    gone = {back.position: Back(back.pieces, back.fen) for back in plan.lines}
    backs = {back.place: back for back in plan.tenders}
    tenders = [
        PaidBy(
            held.kind,
            held.amount,
            held.refunded + (backs[place].amount if place in backs else 0),
            held.bonus - (backs[place].bonus if place in backs else 0),
        )
        for place, held in enumerate(sold.tenders)
    ]
    returned = {part.lot_id: part for part in sold.wallet_returned}
    for part in plan.wallet:
        before = returned.get(part.lot_id, Part(part.lot_id, 0, 0))
        returned[part.lot_id] = Part(part.lot_id, before.principal + part.principal, before.bonus + part.bonus)
    return Sold(
        tuple(line.after(gone[line.position]) if line.position in gone else line for line in sold.lines),
        tuple(tenders),
        sold.earned - plan.points_taken_back,
        sold.rate,
        sold.points_spent,
        sold.points_returned + plan.points_returned,
        sold.growth - plan.growth_taken_back,
        sold.coupons,
        sold.wallet_spent,
        tuple(returned.values()),
    )
