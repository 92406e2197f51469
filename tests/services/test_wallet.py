"""Stored value from top-up to payout: 林小满 tops up, spends, gets money back, and every sum is written out by hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services import wiring
from services.catalog import commands as catalog
from services.checkout.commands import complete_order
from services.checkout.commands.payouts import pay_out
from services.checkout.commands.top_up_plans import change_top_up_plan, create_top_up_plan
from services.checkout.commands.top_ups import top_up
from services.checkout.queries import get_sale, load_counter
from services.checkout.queries.payouts import get_refund_sheet
from services.checkout.rules.pricing import Cart, CartLine
from services.coupons.errors import NoneLeft
from services.coupons.models import Coupon, CouponTemplate
from services.loyalty.models import MemberTier, Tier
from services.loyalty.queries import get_balance as get_points
from services.members import commands as members
from services.members.models import Member
from services.orders.queries import OrderView, TenderView
from services.shared import ledger
from services.shared.actors import SYSTEM
from services.shared.refusals import Forbidden, Invalid
from services.signin.models import SpendingProof
from services.signin.queries import Proof
from services.wallet import commands as wallet
from services.wallet.errors import NothingToPayOut, OverCap, PlanUnavailable, SheetChanged, WalletInsufficient
from services.wallet.models import TopUp, TopUpPlan
from services.wallet.queries import (
    WALLET,
    get_balance,
    get_top_up,
    list_entries,
    list_flows,
    list_lots,
    list_offers,
    list_outstanding,
)
from tests.cast import Cast

PLAIN: dict[str, Any] = {"name": "", "points": 0, "template_id": None, "coupons": 0, "per_member": None, "stores": []}


@pytest.fixture
def xiaoman(session: Session, shop: Cast) -> Member:
    """Somebody who tops up."""
    return members.create_member(session, {"name": "林小满", "phone": "+8613800138000"}, actor=SYSTEM, at=shop.at)


def plan(session: Session, shop: Cast, amount: int = 30000, bonus: int = 5000, **more: Any) -> TopUpPlan:
    data = PLAIN | {"amount": amount, "bonus": bonus} | more
    return create_top_up_plan(session, data, actor=shop.owner, at=shop.at)


def paid(amount: int, kind: str = "wechat", received: int | None = None) -> list[dict[str, Any]]:
    return [{"kind": kind, "amount": amount, "received": received}]


def pay_in(
    session: Session, shop: Cast, member: Member, amount: int = 30000, *, at: datetime | None = None, **more: Any
) -> TopUp:
    """By the cashier at the east store, by WeChat unless `tenders` says otherwise."""
    data: dict[str, Any] = {"store_id": shop.east.id, "amount": amount, "tenders": paid(amount)} | more
    return top_up(session, member.id, data, actor=shop.cashier, at=at or shop.at)


def buy(
    session: Session, shop: Cast, member: Member, price: int, *, off: int = 0, at: datetime | None = None
) -> OrderView:
    """Something at `price`, less `off` by hand, paid from the wallet; a manager answers for it."""
    product = catalog.create_product(session, {"name": f"蛋糕{price}", "price": price}, actor=SYSTEM, at=shop.at)
    reason = "老顾客" if off else ""
    cart = Cart(shop.east.id, member.id, (CartLine(product.id, {}),), manual_off=off, manual_reason=reason)
    proof = SpendingProof(
        member_id=member.id, store_id=shop.east.id, staff_id=None, way="override", most=price, words="", scan_id=None,
        code_hash=None, wrong_tries=0, created_at=shop.at, confirmed_at=shop.at, declined_at=None, used_at=None,
        expires_at=shop.at + timedelta(days=400),
    )  # fmt: skip
    session.add(proof)
    session.flush()
    moment, due = at or shop.at, price - off
    sale = get_sale(
        session, load_counter(session, cart), cart, [TenderView("wallet", due)], proof=Proof("proof", proof.id), at=moment
    )  # fmt: skip
    return complete_order(session, sale, origin="test", completed_at=moment, actor=SYSTEM, at=moment)


def books_are_clean(session: Session) -> bool:
    session.flush()
    differences = [line for check in wiring.CHECKS for line in check(session)]
    return not list(ledger.differences(session, WALLET)) and not differences


# ------------------------------------------------------------------ paying in


def test_a_plan_of_300_gives_350_and_a_number_of_the_store_and_day(
    session: Session, shop: Cast, xiaoman: Member
) -> None:
    made = pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id)
    assert (made.number, made.principal, made.bonus) == ("A1-261121-C0001", 30000, 5000)
    assert get_balance(session, xiaoman.id).total == 35000
    assert pay_in(session, shop, xiaoman, 10000).number == "A1-261121-C0002"
    assert books_are_clean(session)


def test_an_amount_of_ones_own_gives_no_bonus(session: Session, shop: Cast, xiaoman: Member) -> None:
    plan(session, shop)
    pay_in(session, shop, xiaoman, 30000)
    assert (get_balance(session, xiaoman.id).principal, get_balance(session, xiaoman.id).bonus) == (30000, 0)


def test_cash_gives_change_and_the_tenders_add_up(session: Session, shop: Cast, xiaoman: Member) -> None:
    tenders = [*paid(20000, "cash", 25000), *paid(10000, "alipay")]
    made = pay_in(session, shop, xiaoman, tenders=tenders)
    assert get_top_up(session, made.id, actor=shop.cashier).change == 5000
    for wrong in (paid(29999), paid(30001), paid(30000, "wallet"), paid(30000, "cash", 29000), []):
        with pytest.raises(Invalid):
            pay_in(session, shop, xiaoman, tenders=wrong)
    assert get_balance(session, xiaoman.id).total == 30000


def test_a_wallet_holds_five_thousand_and_not_a_fen_more(session: Session, shop: Cast, xiaoman: Member) -> None:
    pay_in(session, shop, xiaoman, 480000)
    with pytest.raises(OverCap) as refused:
        pay_in(session, shop, xiaoman, 20001)
    assert str(refused.value) == "充完会超过储值上限 ¥5000.00，最多还能再存 ¥200.00"
    with pytest.raises(OverCap):  # 160 + 50 on top
        pay_in(session, shop, xiaoman, 16000, plan_id=plan(session, shop, 16000, 5000).id)
    pay_in(session, shop, xiaoman, 20000)
    assert get_balance(session, xiaoman.id).total == 500000


def test_a_plan_that_is_not_offered_is_refused(session: Session, shop: Cast, xiaoman: Member) -> None:
    once = plan(session, shop, per_member=1)
    elsewhere = plan(session, shop, stores=[shop.south.id])
    gone = wallet.archive_plan(session, plan(session, shop).id, actor=shop.owner, at=shop.at)
    pay_in(session, shop, xiaoman, plan_id=once.id)
    for each in (once.id, elsewhere.id, gone.id, 999):
        with pytest.raises(PlanUnavailable):
            pay_in(session, shop, xiaoman, plan_id=each)
    with pytest.raises(PlanUnavailable):  # the amount on the screen is not the plan's any more
        pay_in(session, shop, xiaoman, 20000, plan_id=plan(session, shop).id)
    offers = {offer.plan.id: offer.obstacle for offer in list_offers(session, xiaoman.id, shop.east.id, cap=500000)}
    assert offers[once.id] == "used_up"
    assert not offers.keys() & {elsewhere.id, gone.id}


def template(session: Session, at: datetime, stock: int | None = None) -> CouponTemplate:
    row = CouponTemplate(
        name="满100减20", kind="threshold_off", value=2000, pays=0, cap=None, threshold=10000, scope={}, stack_group="满减",
        exclusive=False, combines_with=None, with_tier=True, with_points=True, starts_on=None, ends_on=None, valid_days=30,
        stock=stock, per_member=1, per_day=None, transferable=False, claimable=False, public_code=None, welcome=False,
        issued=0, created_at=at, paused_at=None, archived_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def test_a_plan_gives_coupons_and_points_too(session: Session, shop: Cast, xiaoman: Member) -> None:
    rich = plan(session, shop, points=30, template_id=template(session, shop.at).id, coupons=2)
    made = pay_in(session, shop, xiaoman, plan_id=rich.id)
    held = session.scalars(select(Coupon).where(Coupon.member_id == xiaoman.id)).all()
    assert [coupon.key for coupon in held] == [f"top_up:{made.id}:1", f"top_up:{made.id}:2"]
    assert get_points(session, xiaoman.id) == 30
    assert books_are_clean(session)


def test_when_the_promised_coupons_are_gone_nothing_is_taken(session: Session, shop: Cast, xiaoman: Member) -> None:
    rich = plan(session, shop, points=30, template_id=template(session, shop.at, stock=1).id, coupons=2)
    with pytest.raises(NoneLeft), session.begin_nested():
        pay_in(session, shop, xiaoman, plan_id=rich.id)
    assert get_balance(session, xiaoman.id).total == 0
    assert get_points(session, xiaoman.id) == 0


def test_a_kind_of_coupon_that_is_not_there_makes_no_plan(session: Session, shop: Cast) -> None:
    with pytest.raises(Invalid):
        plan(session, shop, template_id=99, coupons=1)
    made = plan(session, shop)
    with pytest.raises(Invalid):
        change_top_up_plan(session, made.id, {"template_id": 99, "coupons": 1}, actor=shop.owner, at=shop.at)


def test_a_level_gives_more_on_top_of_any_top_up(session: Session, shop: Cast, xiaoman: Member) -> None:
    """5 % of 300.00 is 15.00 more than the plan's 50.00; 5 % of 88.50 is 4.43 (half up)."""
    tier = Tier(
        name="烘焙大师", threshold=0, pays=1000, multiplier=100, early_days=0, birthday_template_id=None,
        monthly_template_ids=[], wallet_bonus=50, created_at=shop.at, archived_at=None,
    )  # fmt: skip
    session.add(tier)
    session.flush()
    until = shop.at.date() + timedelta(days=365)
    session.add(MemberTier(member_id=xiaoman.id, tier_id=tier.id, since=shop.at, review_on=until, warned_on=None))
    assert pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id).bonus == 6500
    assert pay_in(session, shop, xiaoman, 8850).bonus == 443
    [offer] = list_offers(session, xiaoman.id, shop.east.id, cap=45000, per_mille=50)
    assert (offer.extra, offer.credited, offer.obstacle) == (1500, 36500, "over_cap")


def test_only_who_may_tops_up_and_only_in_their_own_store(session: Session, shop: Cast, xiaoman: Member) -> None:
    data = {"store_id": shop.east.id, "amount": 10000, "tenders": paid(10000)}
    for stranger in (shop.kitchen, shop.southern):
        with pytest.raises(Forbidden):
            top_up(session, xiaoman.id, data, actor=stranger, at=shop.at)


# ------------------------------------------------------------------ spending


def test_case_12_the_wallet_pays_in_proportion_and_bonus_earns_no_points(
    session: Session, shop: Cast, xiaoman: Member
) -> None:
    """108.00 of a lot 300 + 50: principal 92.57, bonus 15.43; 92.57 earns 9 points (domain.md, *Worked carts*)."""
    pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id)
    order = buy(session, shop, xiaoman, 12800, off=2000)
    [spent] = [entry for entry in list_entries(session, xiaoman.id) if entry.kind == "spend"]
    assert (spent.principal, spent.bonus, spent.order_id) == (-9257, -1543, order.id)
    assert order.points_earned == 9
    assert books_are_clean(session)


def test_nobody_spends_what_is_not_there(session: Session, shop: Cast, xiaoman: Member) -> None:
    pay_in(session, shop, xiaoman, 10000)
    with pytest.raises((Invalid, WalletInsufficient)):
        buy(session, shop, xiaoman, 10001)
    assert get_balance(session, xiaoman.id).total == 10000


# ------------------------------------------------------------------ going back


def test_the_refund_sheet_of_a_used_top_up_step_by_step(session: Session, shop: Cast, xiaoman: Member) -> None:
    """300 + 50; bought at list price 128.00 for 108.00 (principal 92.57, bonus 15.43).

    Policy: 300.00 − 92.57 = 207.43. Legal floor: 300.00 − 128.00 = 172.00. Paid back: 207.43; the bonus left, 34.57, ends.
    """
    pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id)
    buy(session, shop, xiaoman, 12800, off=2000)
    sheet = get_refund_sheet(session, xiaoman.id, at=shop.at)
    [lot] = sheet.lots
    assert (lot.principal, lot.consumed, lot.policy, lot.floor) == (30000, 12800, 20743, 17200)
    assert (sheet.amount, sheet.bonus_lost, sheet.tenders) == (20743, 3457, ("wechat",))
    assert [(use.principal, use.bonus, use.at_list_price) for use in lot.uses] == [(9257, 1543, 12800)]
    assert not lot.fresh


def test_what_came_back_from_an_order_was_not_consumed(session: Session, shop: Cast, xiaoman: Member) -> None:
    """Bought for 100.00 at list price, half of it given back: 50.00 are consumed."""
    pay_in(session, shop, xiaoman)
    order = buy(session, shop, xiaoman, 10000)
    wallet.give_back(
        session, xiaoman.id, 5000, store_id=shop.east.id, order_id=order.id, key="back", actor=SYSTEM, at=shop.at
    )
    [lot] = get_refund_sheet(session, xiaoman.id, at=shop.at).lots
    assert (lot.consumed, lot.policy, lot.floor) == (5000, 25000, 25000)


def test_an_order_paid_from_two_top_ups_counts_for_each_by_its_part(
    session: Session, shop: Cast, xiaoman: Member
) -> None:
    """100.00 and 100.00; 150.00 bought at list price 180.00: the first gave 100 (120 at list price), the second 50 (60)."""
    pay_in(session, shop, xiaoman, 10000)
    pay_in(session, shop, xiaoman, 10000)
    buy(session, shop, xiaoman, 18000, off=3000)
    [lot] = get_refund_sheet(session, xiaoman.id, at=shop.at).lots
    assert (lot.consumed, lot.policy, lot.floor) == (6000, 5000, 4000)


def test_within_seven_days_and_unused_the_whole_principal_goes_back(
    session: Session, shop: Cast, xiaoman: Member
) -> None:
    pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id)
    [lot] = get_refund_sheet(session, xiaoman.id, at=shop.at + timedelta(days=7)).lots
    assert (lot.fresh, lot.amount, lot.floor) == (True, 30000, 30000)
    assert not get_refund_sheet(session, xiaoman.id, at=shop.at + timedelta(days=8)).lots[0].fresh


def refund(session: Session, shop: Cast, member: Member, **more: Any) -> Any:
    data = {"store_id": shop.east.id, "reason": "顾客搬家"} | more
    return pay_out(session, member.id, data, actor=shop.manager, at=shop.at)


def test_a_payout_ends_the_top_up_and_keeps_its_sheet(session: Session, shop: Cast, xiaoman: Member) -> None:
    pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id)
    buy(session, shop, xiaoman, 12800, off=2000)
    payout = refund(session, shop, xiaoman)
    assert (payout.amount, payout.tender, payout.floor) == (20743, "wechat", 17200)
    assert payout.sheet["lots"][0]["consumed"] == "128.00"
    assert get_balance(session, xiaoman.id).total == 0
    assert list_entries(session, xiaoman.id)[0].payout_id == payout.id
    assert books_are_clean(session)


def test_a_payout_never_goes_below_the_floor_nor_above_the_principal(
    session: Session, shop: Cast, xiaoman: Member
) -> None:
    pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id)
    buy(session, shop, xiaoman, 12800, off=2000)
    for amount in (17199, 20744):
        with pytest.raises(Invalid):
            refund(session, shop, xiaoman, amount=amount)
    assert refund(session, shop, xiaoman, amount=17200).amount == 17200


def test_one_top_up_of_two_goes_back(session: Session, shop: Cast, xiaoman: Member) -> None:
    pay_in(session, shop, xiaoman, 10000)
    pay_in(session, shop, xiaoman, 20000, tenders=paid(20000, "card"))
    first, second = list_lots(session, xiaoman.id)
    payout = refund(session, shop, xiaoman, lots=[second.id])
    assert (payout.amount, payout.tender) == (20000, "card")
    assert [lot.id for lot in list_lots(session, xiaoman.id)] == [first.id]
    with pytest.raises(NothingToPayOut):
        refund(session, shop, xiaoman, lots=[second.id])


def test_a_payout_goes_back_by_the_original_tender_or_in_cash(session: Session, shop: Cast, xiaoman: Member) -> None:
    pay_in(session, shop, xiaoman)
    with pytest.raises(Invalid):
        refund(session, shop, xiaoman, tender="alipay")
    assert refund(session, shop, xiaoman, tender="cash").tender == "cash"


def test_no_tender_takes_back_more_than_was_paid_with_it(session: Session, shop: Cast, xiaoman: Member) -> None:
    pay_in(session, shop, xiaoman, tenders=paid(30000, "alipay"))
    pay_in(session, shop, xiaoman, 50000, tenders=[*paid(20000, "cash"), *paid(30000, "wechat")])
    second = list_lots(session, xiaoman.id)[1].id
    for wanted in ({}, {"tender": "wechat"}, {"tender": "alipay"}, {"lots": [second], "tender": "wechat"}):
        with pytest.raises(Invalid) as refused:
            refund(session, shop, xiaoman, **wanted)
        assert (refused.value.code, list(refused.value.errors)) == ("paid_otherwise", ["tender"])
    payout = refund(session, shop, xiaoman, tender="cash", lots=[second])
    assert (payout.amount, payout.tender) == (50000, "cash")
    payout = refund(session, shop, xiaoman)
    assert (payout.amount, payout.tender) == (30000, "alipay")


def test_a_sheet_that_is_old_by_now_pays_nothing(session: Session, shop: Cast, xiaoman: Member) -> None:
    pay_in(session, shop, xiaoman)
    seen = get_refund_sheet(session, xiaoman.id, at=shop.at)
    buy(session, shop, xiaoman, 1000)
    with pytest.raises(SheetChanged):
        refund(session, shop, xiaoman, sheet=seen.mark)


def test_a_cashier_pays_nothing_out(session: Session, shop: Cast, xiaoman: Member) -> None:
    pay_in(session, shop, xiaoman)
    with pytest.raises(Forbidden):
        pay_out(session, xiaoman.id, {"store_id": shop.east.id, "reason": "x"}, actor=shop.cashier, at=shop.at)


# ------------------------------------------------------------------ by hand


def adjust(session: Session, shop: Cast, member: Member, principal: int, bonus: int) -> Any:
    data = {"principal": principal, "bonus": bonus, "reason": "充错了"}
    return wallet.adjust_wallet(session, member.id, data, store_id=shop.east.id, actor=shop.owner, at=shop.at)


def test_what_is_corrected_by_hand_leaves_the_newest_top_up_first(
    session: Session, shop: Cast, xiaoman: Member
) -> None:
    pay_in(session, shop, xiaoman, 10000)
    pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id)
    adjust(session, shop, xiaoman, -31000, -5000)
    [lot] = list_lots(session, xiaoman.id)
    assert (lot.principal_left, lot.bonus_left) == (9000, 0)
    [sheet] = get_refund_sheet(session, xiaoman.id, at=shop.at).lots
    assert (sheet.principal, sheet.policy, sheet.floor) == (9000, 9000, 9000)
    assert books_are_clean(session)


def test_nothing_is_taken_that_is_not_there_nor_given_above_the_cap(
    session: Session, shop: Cast, xiaoman: Member
) -> None:
    pay_in(session, shop, xiaoman, 10000)
    for principal, bonus in ((-10001, 0), (0, -1), (490001, 0)):
        with pytest.raises(Invalid):
            adjust(session, shop, xiaoman, principal, bonus)
    adjust(session, shop, xiaoman, 0, 100)
    assert get_balance(session, xiaoman.id).total == 10100


# ------------------------------------------------------------------ what the shop owes


def test_what_is_owed_on_any_day_and_what_moved_it(session: Session, shop: Cast, xiaoman: Member) -> None:
    """Day 1: 300 + 50 in. Day 2: 108.00 spent. Day 3: paid out."""
    days = [shop.at, shop.at + timedelta(days=1), shop.at + timedelta(days=2)]
    pay_in(session, shop, xiaoman, plan_id=plan(session, shop).id, at=days[0])
    buy(session, shop, xiaoman, 12800, off=2000, at=days[1])
    data = {"store_id": shop.east.id, "reason": "顾客搬家"}
    pay_out(session, xiaoman.id, data, actor=shop.manager, at=days[2])
    owed = [list_outstanding(session, day + timedelta(hours=1)).get(shop.east.id) for day in days]
    assert [(each.principal, each.bonus) for each in owed if each] == [(30000, 5000), (20743, 3457), (0, 0)]
    first = days[0].date()
    flows = list_flows(session, first, first + timedelta(days=2), zone="Asia/Shanghai")
    assert [(flow.day.day, sorted(flow.by_kind)) for flow in flows] == [
        (21, ["top_up"]),
        (22, ["spend"]),
        (23, ["payout"]),
    ]
    assert (flows[1].of("spend").principal, flows[2].of("payout").total) == (-9257, -24200)
