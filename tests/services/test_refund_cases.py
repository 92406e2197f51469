"""Refunds, case by case, with the arithmetic by hand. 提拉米苏 ¥32, 巴斯克 ¥38, 曲奇 ¥35, 拿铁 ¥22; 1 point for each full ¥10 paid."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.checkout.errors import AlreadyRefunded, RefundMoved, VoidTooLate
from services.checkout.rules.refunds import Wish
from services.loyalty.models import MemberTier, PointsLot
from services.loyalty.queries.ladder import get_growth_of_order
from services.members.models import MemberFacts
from services.messaging.models import Message
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.shared.refusals import Forbidden, Invalid
from services.stores import commands as stores
from tests.cast import Cast
from tests.refunding import CAKE, Desk, back, faults, open_desk

FOUR = (("提拉米苏", 1),) * 4  # four lines of one piece, as in the worked carts
OFF_20: dict[str, Any] = {"value": 2000, "threshold": 10000}


@pytest.fixture
def desk(shop: Cast) -> Iterator[Desk]:
    """A desk; after every case all books add up."""
    yield (opened := open_desk(shop))
    assert not faults(), opened


def test_01_a_whole_order_in_cash(desk: Desk) -> None:
    # 2 × 32.00 = 64.00 → 6 points. All back: 64.00 cash, 6 − 6 = 0 points.
    order = desk.sell(("提拉米苏", 2), paid={"cash": 6400})
    assert desk.points == 6
    refund = desk.whole(order)
    assert (back(refund), refund.points_taken_back, desk.points) == ({"cash": 6400}, 6, 0)
    assert desk.order(order).state == "refunded"


def test_02_one_piece_of_two(desk: Desk) -> None:
    # 64.00 − 32.00 = 32.00 still paid → 3 points; 6 − 3 = 3 taken back.
    order = desk.sell(("提拉米苏", 2))
    refund = desk.pieces(order, (1, 1))
    assert (refund.amount, refund.points_taken_back, desk.points) == (3200, 3, 3)
    assert desk.order(order).state == "part_refunded"


def test_03_a_line_that_three_do_not_divide(desk: Desk) -> None:
    # 3 × 32.00 − 10.00 voucher = 86.00. A third is 28.666…: up to piece 1, 2, 3: 28.67, 57.33, 86.00 → 28.67, 28.66, 28.67.
    desk.give_coupon("cash", value=1000)
    order = desk.sell(("提拉米苏", 3))
    assert [desk.pieces(order, (1, 1)).amount for _ in range(3)] == [2867, 2866, 2867]
    assert desk.order(order).refunded == 8600


def test_04_worked_case_14_a_quarter_of_a_cart_with_a_coupon(desk: Desk) -> None:
    # Case 4: 4 × 32.00 − 20.00 = 108.00 → 10 points. One back: 32.00 − 5.00 = 27.00; 81.00 still paid → 8 points; 2 taken back.
    coupon = desk.give_coupon("threshold_off", **OFF_20)
    order = desk.sell(*FOUR)
    assert (order.due, order.points_earned) == (10800, 10)
    refund = desk.pieces(order, (2, 1))
    assert (refund.amount, refund.points_taken_back, desk.points) == (2700, 2, 8)
    assert (refund.coupons_returned, desk.coupon_state(coupon)) == ((), "redeemed")


def test_05_worked_case_12_a_piece_paid_from_a_wallet(desk: Desk) -> None:
    # 108.00 of a lot 300 + 50: principal 108 × 300/350 = 92.571… → 92.57, bonus 15.43; 9 points on 92.57.
    # 27.00 back: 27.00 × 92.57/108.00 = 23.1425 → 23.14 principal, 3.86 bonus. 69.43 principal still paid → 6 points; 3 taken back.
    desk.give_coupon("threshold_off", **OFF_20)
    desk.top_up(30000, 5000)
    order = desk.sell(*FOUR, paid={"wallet": 10800})
    assert (desk.wallet, order.points_earned) == ((30000 - 9257, 5000 - 1543), 9)
    refund = desk.pieces(order, (1, 1))
    assert [(each.amount, each.bonus) for each in refund.tenders] == [(2700, 386)]
    assert desk.wallet == (20743 + 2314, 3457 + 386)
    assert (refund.points_taken_back, desk.points) == (3, 6)


def test_06_the_pieces_of_worked_case_12_end_where_the_whole_does(desk: Desk) -> None:
    # Four times 27.00 back to the lot 300 + 50: it is as full as before, and 9 − 9 = 0 points are left.
    desk.give_coupon("threshold_off", **OFF_20)
    desk.top_up(30000, 5000)
    order = desk.sell(*FOUR, paid={"wallet": 10800})
    taken = [desk.pieces(order, (place, 1)).points_taken_back for place in (1, 2, 3, 4)]
    # principal still paid 69.43, 46.28 or 46.29, 23.14, 0 → 6, 4, 2, 0 points
    assert (taken, desk.wallet, desk.points) == ([3, 2, 2, 2], (30000, 5000), 0)


def test_07_two_tenders_share_in_proportion(desk: Desk) -> None:
    # 108.00 = 60.00 wechat + 48.00 cash. 27.00 back: 27 × 60/108 = 15.00 wechat, 27 × 48/108 = 12.00 cash.
    desk.give_coupon("threshold_off", **OFF_20)
    order = desk.sell(*FOUR, paid={"wechat": 6000, "cash": 4800})
    assert back(desk.pieces(order, (1, 1))) == {"wechat": 1500, "cash": 1200}


def test_08_the_odd_fen_goes_to_the_largest_remainder(desk: Desk) -> None:
    # 10.00 back of 60.00 + 48.00: 5.5555… and 4.4444…: the larger remainder gets the fen: 5.56 + 4.44.
    # Then 98.00 = 54.44 + 43.56 are left: all of it.
    desk.give_coupon("threshold_off", **OFF_20)
    order = desk.sell(*FOUR, paid={"wechat": 6000, "cash": 4800})
    assert back(desk.amount(order, 1000)) == {"wechat": 556, "cash": 444}
    assert back(desk.whole(order)) == {"wechat": 5444, "cash": 4356}


def test_09_staff_may_give_cash_instead_of_an_external_tender(desk: Desk) -> None:
    # 54.00 by wechat and 10.00 from the wallet; one of two pieces: 32.00 × 54/64 = 27.00 in cash, 5.00 to the wallet, never as cash.
    desk.top_up(10000)
    order = desk.sell(("提拉米苏", 2), paid={"wechat": 5400, "wallet": 1000})
    refund = desk.refund(order, Wish("lines", pieces=((1, 1),), in_cash=frozenset({"wechat", "wallet"})))
    assert [(each.origin, each.kind, each.amount) for each in refund.tenders] == [
        ("wechat", "cash", 2700), ("wallet", "wallet", 500),
    ]  # fmt: skip
    assert desk.wallet == (9500, 0)


def test_10_an_amount_falls_on_the_lines_by_what_they_cost(desk: Desk) -> None:
    # 32.00 + 38.00 = 70.00 → 7 points. 10.00 back: 10 × 32/70 = 4.571… → 4.57, 5.43. 60.00 still paid → 6 points.
    order = desk.sell(("提拉米苏", 1), ("巴斯克", 1))
    refund = desk.amount(order, 1000)
    assert [(line.name, line.quantity, line.amount) for line in refund.lines] == [
        ("提拉米苏", 0, 457),
        ("巴斯克", 0, 543),
    ]
    assert refund.points_taken_back == 1


def test_11_after_an_amount_a_piece_is_worth_what_is_left_of_it(desk: Desk) -> None:
    # 2 × 32.00 = 64.00; 10.00 back for the dry edges, 54.00 left, a piece 27.00; then the other 27.00.
    order = desk.sell(("提拉米苏", 2))
    desk.amount(order, 1000)
    assert [desk.pieces(order, (1, 1)).amount for _ in range(2)] == [2700, 2700]
    assert desk.order(order).state == "refunded"


def test_12_points_that_were_spent_already_are_owed(desk: Desk) -> None:
    # 198.00 → 19 points; with 100 given by hand 119, and all but 9 spent on the next cart (110 points: ¥1.10 off 32.00 = 30.90 → 3).
    # 119 − 110 + 3 = 12. The cake goes back: 12 − 19 = −7: seven are owed.
    cake = desk.sell(("6寸蛋糕", 1))
    desk.give_points(100)
    desk.sell(("提拉米苏", 1), points=110)
    assert desk.points == 12
    refund = desk.whole(cake)
    assert (refund.points_taken_back, refund.debt, desk.points) == (19, 7, -7)


def test_13_the_next_earnings_repay_the_debt(desk: Desk) -> None:
    # As in case 12: −7. The next 64.00 earn 6 → −1, and 38.00 earn 3 → 2: of these three, one repays, two can be spent.
    cake = desk.sell(("6寸蛋糕", 1))
    desk.give_points(100)
    desk.sell(("提拉米苏", 1), points=110)
    desk.whole(cake)
    desk.sell(("提拉米苏", 2))
    assert desk.points == -1
    last = desk.sell(("巴斯克", 1))
    with database.reading() as session:
        lot = session.scalars(select(PointsLot).where(PointsLot.order_id == last.id)).one()
    assert (desk.points, lot.amount, lot.left) == (2, 3, 2)


def test_14_points_that_paid_come_back_whole(desk: Desk) -> None:
    # Worked case 11: 51.90, half of it in points: 2,595 points = 25.95; 25.95 paid → 2 points. All back: 25.95, 2,595 points, −2.
    desk.give_coupon("trial_price", value=1990, scope={"products": [desk.products["提拉米苏"]]})
    desk.give_points(3000)
    order = desk.sell(("提拉米苏", 2), points=3000)
    assert (order.due, desk.points) == (2595, 3000 - 2595 + 2)
    refund = desk.whole(order)
    assert (refund.amount, refund.points_returned, refund.points_taken_back) == (2595, 2595, 2)
    assert desk.points == 3000


def test_15_points_that_paid_come_back_in_parts(desk: Desk) -> None:
    # Two pieces 25.95: the first 12.975 → 12.98, the other 12.97. Points 2,595 × 12.98/25.95 = 1,298, then the other 1,297.
    # Still paid 12.97 → 1 point: 2 − 1 = 1 taken back; then the last.
    desk.give_coupon("trial_price", value=1990, scope={"products": [desk.products["提拉米苏"]]})
    desk.give_points(3000)
    order = desk.sell(("提拉米苏", 2), points=3000)
    first, last = desk.pieces(order, (1, 1)), desk.pieces(order, (1, 1))
    assert [(each.amount, each.points_returned, each.points_taken_back) for each in (first, last)] == [
        (1298, 1298, 1), (1297, 1297, 1),
    ]  # fmt: skip
    assert desk.points == 3000


def test_16_returned_points_live_seven_days_at_least(desk: Desk) -> None:
    # 1,000 points that expire on 30 November 2027 (end of the 12th month). Refunded on the 29th: they live until 6 December.
    desk.give_points(1000)
    order = desk.sell(("提拉米苏", 1), points=1000)
    desk.now += timedelta(days=373)  # 29 November 2027, 14:20
    with clock.stand_at(desk.now):
        desk.whole(order)
    with database.reading() as session:
        lots = session.scalars(select(PointsLot).where(PointsLot.left > 0)).all()
    assert [(lot.left, lot.expires_at) for lot in lots] == [(1000, desk.now + timedelta(days=7))]


def test_16b_the_points_that_an_order_earned_are_taken_back_before_those_it_returned(desk: Desk) -> None:
    # 1,000 points of November, 40 days later 1,000 of them pay 10.00 of a cake of 198.00, which earns 18. Refunded: the 1,000 are back
    # in a lot that ends with November, and the 18 leave the lot that they came in, which ends with December.
    desk.give_points(1000)
    desk.now += timedelta(days=40)
    with clock.stand_at(desk.now):
        desk.whole(desk.sell((CAKE, 1), points=1000))
    with database.reading() as session:
        kept = select(PointsLot.amount, PointsLot.left).order_by(PointsLot.id)
        assert session.execute(kept).all() == [(1000, 0), (18, 0), (1000, 1000)]
    assert not faults()


def test_17_the_part_that_completes_the_order_returns_the_coupon(desk: Desk) -> None:
    # Case 4 in two parts: 27.00 and 81.00; the coupon comes back with the second.
    coupon = desk.give_coupon("threshold_off", **OFF_20)
    order = desk.sell(*FOUR)
    assert desk.pieces(order, (1, 1)).coupons_returned == ()
    last = desk.pieces(order, (2, 1), (3, 1), (4, 1))
    assert (last.amount, last.coupons_returned, desk.coupon_state(coupon)) == (8100, (coupon,), "issued")


def test_18_a_coupon_that_expired_meanwhile_stays_used(desk: Desk) -> None:
    # Case 4, refunded a week after the coupon's last day: 108.00 come back, the coupon does not.
    coupon = desk.give_coupon("threshold_off", expires_at=desk.now + timedelta(days=1), **OFF_20)
    order = desk.sell(*FOUR)
    desk.now += timedelta(days=8)
    assert [effect.kind for effect in desk.preview(order, Wish("whole")).effects][-1] == "coupon_expired"
    refund = desk.whole(order)
    assert (refund.amount, refund.coupons_returned, desk.coupon_state(coupon)) == (10800, (), "redeemed")


def test_19_a_tier_s_price_is_what_comes_back(desk: Desk) -> None:
    # 9折: 64.00 − 6.40 = 57.60 → 5 points. One back: 28.80; 28.80 still paid → 2 points; 3 taken back.
    desk.stand_on(900)
    refund = desk.pieces(desk.sell(("提拉米苏", 2)), (1, 1))
    assert (refund.amount, refund.points_taken_back, desk.points) == (2880, 3, 2)


def test_20_the_order_s_own_rule_counts_whatever_the_shop_changed(desk: Desk) -> None:
    # Sold at 1 per ¥10: 64.00 → 6. The shop gives 5 per ¥10 from now on. One back: 32.00 → 3 by the old rule; 3 taken back.
    order = desk.sell(("提拉米苏", 2))
    with database.transaction() as session:
        stores.change_settings(session, {"points.per_step": 5}, actor=SYSTEM, at=desk.now)
    assert desk.pieces(order, (1, 1)).points_taken_back == 3


def test_21_the_order_s_own_multiplier_counts_whatever_the_member_became(desk: Desk) -> None:
    # Double points: 64.00 × 2 = 128 → 12. The member leaves the tier. One back: 32.00 × 2 = 64 → 6; 6 taken back.
    desk.stand_on(1000, multiplier=200)
    order = desk.sell(("提拉米苏", 2))
    with database.transaction() as session:
        session.delete(session.get_one(MemberTier, desk.member.id))
    assert (order.points_earned, desk.pieces(order, (1, 1)).points_taken_back) == (12, 6)


def test_22_what_was_rounded_off_does_not_come_back(desk: Desk) -> None:
    # 抹到元: 57.60 → 57.00. One of two: 28.50; the other: 28.50.
    desk.stand_on(900)
    with database.transaction() as session:
        stores.change_settings(session, {"orders.rounding": "100"}, actor=SYSTEM, at=desk.now)
    order = desk.sell(("提拉米苏", 2))
    assert [desk.pieces(order, (1, 1)).amount for _ in range(2)] == [2850, 2850]


def test_23_a_void_is_for_today_s_untouched_orders(desk: Desk) -> None:
    # 64.00 voided today: all back. Yesterday's, or one of which 10.00 went back, is not voided any more.
    assert desk.refund(desk.sell(("提拉米苏", 2)), Wish("void")).way == "void"
    touched, old = desk.sell(("提拉米苏", 2)), desk.sell(("提拉米苏", 2))
    desk.amount(touched, 1000)
    with pytest.raises(VoidTooLate):
        desk.refund(touched, Wish("void"))
    desk.now += timedelta(hours=10)  # 0:20 in the shop
    with pytest.raises(VoidTooLate):
        desk.refund(old, Wish("void"))


def test_24_a_free_piece_that_stays_keeps_its_coupon_used(desk: Desk) -> None:
    # Worked case 9: 拿铁 for nothing + 提拉米苏 32.00. The cake back: 32.00, but the latte was drunk: the coupon stays used.
    # Should the latte come back too: 0.00, and the coupon with it.
    coupon = desk.give_coupon("free_item", scope={"products": [desk.products["拿铁"]]})
    order = desk.sell(("拿铁", 1), ("提拉米苏", 1))
    assert desk.pieces(order, (2, 1)).amount == 3200
    assert (desk.order(order).state, desk.coupon_state(coupon)) == ("part_refunded", "redeemed")
    last = desk.pieces(order, (1, 1))
    assert (last.amount, desk.order(order).state, desk.coupon_state(coupon)) == (0, "refunded", "issued")


def test_24b_all_the_money_back_by_amount_takes_the_free_piece_along(desk: Desk) -> None:
    # 提拉米苏 32.00 + 拿铁 for nothing. 12.00 back: part of it. 20.00 more, nobody says for which piece: the order is over.
    coupon = desk.give_coupon("free_item", scope={"products": [desk.products["拿铁"]]})
    order = desk.sell(("提拉米苏", 1), ("拿铁", 1))
    desk.amount(order, 1200)
    assert (desk.order(order).state, desk.coupon_state(coupon)) == ("part_refunded", "redeemed")
    desk.amount(order, 2000)
    assert (desk.order(order).state, desk.coupon_state(coupon)) == ("refunded", "issued")
    with pytest.raises(AlreadyRefunded):
        desk.whole(order)
    assert not faults()


def test_25_never_more_than_was_paid(desk: Desk) -> None:
    # 64.00: after 10.00, at most 54.00 are left; two pieces are there, not three; what is all back is not refunded again.
    order = desk.sell(("提拉米苏", 2))
    desk.amount(order, 1000)
    for wish, field in (
        (Wish("amount", amount=5401), "amount"),
        (Wish("amount", amount=0), "amount"),
        (Wish("lines", pieces=((1, 3),)), "lines.0.quantity"),
        (Wish("lines", pieces=((2, 1),)), "lines.0.line"),
        (Wish("lines", pieces=((1, 1), (1, 1))), "lines.0.line"),
        (Wish("lines"), "lines"),
    ):
        with pytest.raises(Invalid) as refused:
            desk.refund(order, wish)
        assert field in refused.value.errors
    assert desk.amount(order, 5400).amount == 5400
    with pytest.raises(AlreadyRefunded):
        desk.whole(order)


def test_26_growth_goes_back_with_the_money_and_the_tier_waits(desk: Desk) -> None:
    # 64.00 gave 64 growth. One of two back: 32 are taken; the other: the rest. The tier stays until its review.
    desk.stand_on(1000, threshold=5000)
    order = desk.sell(("提拉米苏", 2))
    assert [desk.pieces(order, (1, 1)).growth_taken_back for _ in range(2)] == [3200, 3200]
    with database.reading() as session:
        assert (
            session.get(MemberTier, desk.member.id) is not None,
            get_growth_of_order(session, desk.member.id, order.id),
        ) == (True, 0)


def test_27_a_walk_in_gets_money_back_and_nothing_else(desk: Desk) -> None:
    # 32.00, no member: 32.00 back.
    order = desk.sell(("提拉米苏", 1), walk_in=True)
    assert desk.preview(order, Wish("whole")).effects == ()
    refund = desk.whole(order)
    assert (refund.amount, refund.points_taken_back, refund.debt) == (3200, 0, 0)


def test_a_refund_corrects_the_member_s_facts_and_tells_them(desk: Desk) -> None:
    one, two = desk.sell(("提拉米苏", 2)), desk.sell(("巴斯克", 1))
    refund = desk.pieces(one, (1, 1))
    desk.whole(two)
    with database.reading() as session:
        facts = session.get_one(MemberFacts, desk.member.id)
        told = session.scalars(select(Message).where(Message.key == f"refund:{refund.id}")).one()
    assert (facts.orders, facts.spent) == (1, 3200)
    assert (told.title, told.path) == ("退款 ¥32.00", f"/member/orders/{one.id}")
    assert told.body == "退回 ¥32.00。收回得到的 3 积分。"


def test_a_refund_needs_its_permission_and_an_unchanged_order(desk: Desk) -> None:
    order = desk.sell(("提拉米苏", 2))
    desk.amount(order, 100)
    with pytest.raises(RefundMoved):
        desk.refund(order, Wish("amount", amount=100), seen=0)
    desk.shop.actors["manager"] = desk.shop.cashier
    with pytest.raises(Forbidden):
        desk.whole(order)
