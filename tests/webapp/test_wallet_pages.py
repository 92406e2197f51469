"""储值 on screen: the cashier takes a top-up, the manager pays back, the owner keeps plans and reads what is owed; the member sees why."""

import re
from typing import Any

import pytest

from services.loyalty.commands import create_tier, rise
from services.loyalty.schemas import TierIn
from services.shared import database
from services.wallet.models import TopUp, TopUpPlan
from services.wallet.queries import get_balance, list_open_lots, list_plans
from tests.browse import body
from tests.cast import Cast
from tests.pushing import messages
from tests.selling import Till, open_till, welcome_member
from tests.topping import offer, pay_in


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def page(till: Till, rest: str = "") -> str:
    return f"/staff/members/{till.member.id}/wallet{rest}"


def total(till: Till) -> int:
    with database.reading() as session:
        return get_balance(session, till.member.id).total


def test_a_plan_is_taken_in_cash_and_the_done_page_says_the_change(till: Till) -> None:
    plan = offer(till)
    shown = till.browser.get(page(till, "/top-up")).text
    assert "送 ¥50" in shown
    sent = {"plan": str(plan.id), f"amount-{plan.id}": "300.00", "tender": "cash", "received": "400"}
    done = till.browser.post(page(till, "/top-up"), store=str(till.shop.east.id), **sent)
    assert done.status_code == 303, done.text
    told = till.browser.get(done.headers["Location"]).text
    for words in ("充好了", "350.00", "找零", "100.00", "A1-261121-C0001"):
        assert words in told
    assert total(till) == 35000
    receipt = till.browser.get(done.headers["Location"].partition("?")[0] + "/receipt").text
    assert "储值充值" in receipt
    assert "林小满" in receipt


def test_an_amount_of_ones_own_and_what_is_wrong_keeps_what_was_typed(till: Till) -> None:
    sent = {"plan": "", "amount": "6000", "tender": "wechat"}
    refused = till.browser.post(page(till, "/top-up"), store=str(till.shop.east.id), **sent)
    assert refused.status_code == 422
    assert "最多还能再存 ¥5000.00" in refused.text
    assert 'value="6000"' in refused.text
    assert re.search(r'value="wechat"[^>]*checked', refused.text)
    nothing = till.browser.post(page(till, "/top-up"), store=str(till.shop.east.id), plan="", amount="100")
    assert nothing.status_code == 422
    assert "请选择收款方式" in nothing.text
    done = till.browser.post(page(till, "/top-up"), store=str(till.shop.east.id), **sent | {"amount": "88.50"})
    assert done.status_code == 303
    assert total(till) == 8850


def test_a_plan_that_changed_meanwhile_is_not_taken(till: Till) -> None:
    plan = offer(till)
    sent = {"plan": str(plan.id), f"amount-{plan.id}": "200.00", "tender": "wechat"}
    refused = till.browser.post(page(till, "/top-up"), store=str(till.shop.east.id), **sent)
    assert refused.status_code == 422
    assert "这个方案刚改过" in refused.text


def test_a_plan_that_gives_another_bonus_than_was_shown_is_not_taken(till: Till) -> None:
    plan = offer(till, points=20)
    shown = till.browser.get(page(till, "/top-up")).text
    told = dict(re.findall(r'name="(\w+-\d+)" value="([^"]*)"', shown))
    assert {name: told[f"{name}-{plan.id}"] for name in ("amount", "bonus", "points", "coupons")} == {
        "amount": "300.00", "bonus": "50.00", "points": "20", "coupons": "0",
    }  # fmt: skip
    with database.transaction() as session:
        session.get_one(TopUpPlan, plan.id).bonus = 0
    sent = told | {"store": str(till.shop.east.id), "plan": str(plan.id), "tender": "wechat"}
    refused = till.browser.post(page(till, "/top-up"), **sent)
    assert (refused.status_code, "这个方案刚改过" in refused.text, total(till)) == (422, True, 0)
    again = dict(re.findall(r'name="(\w+-\d+)" value="([^"]*)"', refused.text))
    assert till.browser.post(page(till, "/top-up"), **sent | again).status_code == 303
    assert total(till) == 30000


def test_the_members_page_shows_the_wallet_to_who_may_see_it(till: Till) -> None:
    pay_in(till, plan=str(offer(till).id))
    shown = till.browser.get(f"/staff/members/{till.member.id}").text
    assert "充值 ¥300 送 ¥50" in shown
    assert page(till, "/top-up") in shown
    statement = till.browser.get(page(till)).text
    assert "A1-261121-C0001" in statement
    assert "退款" not in statement  # a cashier pays nothing out
    assert "退款" in till.shop.browser("manager").get(page(till)).text
    assert "A1-261121" not in till.browser.get(page(till, "?way=out")).text


def test_a_manager_goes_through_the_sheet_and_pays_back(till: Till) -> None:
    pay_in(till, plan=str(offer(till).id))
    pay_in(till, amount="100.00", tenders=[{"kind": "card", "amount": "100.00"}])
    manager = till.shop.browser("manager")
    sheet = manager.get(page(till, "/payout")).text
    for words in ("400.00", "法定最低", "7 天内没有用过", "赠送金 ¥50.00 作废"):
        assert words in sheet
    with database.reading() as session:
        last = list_open_lots(session, till.member.id)[-1].id
    one = manager.get(page(till, f"/payout?lots={last}")).text
    mark = re.search(r'name="sheet" value="(\d+)"', one)
    assert mark
    sent = {
        "store": str(till.shop.east.id),
        "lots": str(last),
        "sheet": mark[1],
        "reason": "顾客搬家",
        "tender": "card",
    }
    short = manager.post(page(till, "/payout"), amount="99.99", **sent)
    assert short.status_code == 422
    assert "不能少于法定最低退款" in short.text
    assert "顾客搬家" in short.text
    done = manager.post(page(till, "/payout"), amount="100.00", **sent)
    assert done.status_code == 303, done.text
    paper = manager.get(done.headers["Location"]).text
    for words in ("储值退款单", "退银行卡", "100.00", "会员签字", "顾客搬家"):
        assert words in paper
    assert total(till) == 35000


def test_a_sheet_that_is_old_is_shown_anew(till: Till) -> None:
    pay_in(till)
    sent = {
        "store": str(till.shop.east.id),
        "lots": "",
        "sheet": "0",
        "reason": "x",
        "tender": "wechat",
        "amount": "300",
    }
    answer = till.shop.browser("manager").post(page(till, "/payout"), **sent)
    assert answer.status_code == 409
    assert "请重新核对再退" in answer.text


def test_an_empty_wallet_has_nothing_to_pay_back(till: Till) -> None:
    assert "没有可以退的本金" in till.shop.browser("manager").get(page(till, "/payout")).text


def test_the_owner_corrects_a_wallet_with_a_reason(till: Till) -> None:
    pay_in(till)
    owner = till.shop.browser("owner")
    sent = {"way": "take", "part": "principal", "amount": "300.01", "reason": "多充了"}
    refused = owner.post(page(till, "/adjust"), **sent)
    assert refused.status_code == 422
    assert "会员没有这么多储值可以扣" in refused.text
    assert owner.post(page(till, "/adjust"), **sent | {"amount": "10"}).status_code == 303
    assert total(till) == 29000
    assert till.shop.browser("manager").get(page(till, "/adjust")).status_code == 403


def test_the_owner_keeps_plans_and_the_sentence_follows(till: Till) -> None:
    owner = till.shop.browser("owner")
    words = owner.get("/staff/top-up-plans/sentence?amount=300&bonus=50&points=30").text
    assert "充 ¥300 得 ¥350，另送 30 积分" in words
    assert "8.6 折" in words
    assert "填好金额" in owner.get("/staff/top-up-plans/sentence?amount=x").text
    sent = {"amount": "300", "bonus": "50", "points": "", "coupons": "", "per_member": "", "name": "开业充值"}
    refused = owner.post("/staff/top-up-plans/new", **sent | {"amount": ""})
    assert refused.status_code == 422
    assert 'value="开业充值"' in refused.text
    assert owner.post("/staff/top-up-plans/new", **sent).status_code == 303
    with database.reading() as session:
        [plan] = list_plans(session)
    address = f"/staff/top-up-plans/{plan.id}"
    assert owner.post(address, **sent | {"bonus": "60", "stores[]": str(till.shop.south.id)}).status_code == 303
    assert "充 ¥300 得 ¥360" in owner.get("/staff/top-up-plans").text
    assert "南湖店" in owner.get("/staff/top-up-plans").text
    assert owner.post(f"{address}/archive").status_code == 303
    assert "充 ¥300" not in owner.get("/staff/top-up-plans").text
    assert owner.post(f"{address}/restore").status_code == 303
    assert "充 ¥300" in owner.get("/staff/top-up-plans").text


def test_plans_are_put_in_order(till: Till) -> None:
    first, second = offer(till), offer(till, 50000, 10000)
    owner = till.shop.browser("owner")
    assert owner.get("/staff/top-up-plans/sort").status_code == 200
    sent: dict[str, Any] = {"ids[]": [str(second.id), str(first.id)]}
    assert owner.post("/staff/top-up-plans/sort", **sent).status_code == 303
    with database.reading() as session:
        assert [plan.id for plan in list_plans(session)] == [second.id, first.id]


def test_the_liability_page_says_what_is_owed_and_what_moved(till: Till) -> None:
    pay_in(till, plan=str(offer(till).id))
    owner = till.shop.browser("owner")
    shown = owner.get("/staff/liability").text
    for words in ("350.00", "300.00", "50.00", "东湖店", "+350.00"):
        assert words in shown
    assert "这一天没有欠会员的储值" in owner.get("/staff/liability?first=2026-11-01&last=2026-11-20").text
    for odd in ("first=x&last=y", "first=2026-12-01&last=2020-01-01", "first=1999-01-01&last=2026-01-01", "store=99"):
        assert owner.get(f"/staff/liability?{odd}").status_code == 200
    assert till.browser.get("/staff/liability").status_code == 403


# ------------------------------------------------------------------ the member's own


def test_the_member_sees_balance_plans_and_why(till: Till) -> None:
    plan = offer(till)
    made = pay_in(till, plan=str(plan.id))
    phone = till.shop.phone(till.member)
    shown = phone.get("/member/wallet").text
    for words in ("350.00", "本金 ¥300.00", "赠送金 ¥50.00", "送 ¥50", "充值 ¥300 送 ¥50", "优惠券"):
        assert words in shown
    own = f"/member/wallet/top-ups/{made['id']}"
    assert own in phone.get("/member/wallet/statement").text
    assert made["number"] in phone.get(own).text
    assert "还没有记录" in phone.get("/member/wallet/statement?way=out").text
    stranger = till.shop.phone(welcome_member(till.shop.at, "王芳", "+8613900139000"))
    assert stranger.get(own).status_code == 404
    assert "350.00" not in stranger.get("/member/wallet").text


def test_a_member_reads_what_the_own_level_adds_and_no_plan_that_is_used_up(till: Till) -> None:
    pay_in(till, plan=str(offer(till, 10000, 3000, per_member=1, name="新会员首充").id), amount="100.00")
    offer(till)
    with database.transaction() as session:
        tier = create_tier(
            session, TierIn().load({"name": "烘焙大师", "threshold": "0.00", "wallet_bonus": 5}), actor=till.shop.owner,
            at=till.shop.at,
        )  # fmt: skip
        rise(session, till.member.id, at=till.shop.at)
    shown = till.shop.phone(till.member).get("/member/wallet").text
    assert (tier.wallet_bonus, "新会员首充" in shown) == (50, False)
    for words in ("送 ¥65", "含等级多送 ¥15"):
        assert words in shown


def spend_from_wallet(till: Till) -> Any:
    """提拉米苏 for 32.00, paid from the wallet; a manager answers for the member."""
    manager = till.shop.browser("manager")
    asked = {
        "member": str(till.member.id), "store": str(till.shop.east.id), "way": "override", "amount": "32.00", "reason": "手机没电",
    }  # fmt: skip
    proof = body(manager.api("POST", "/api/v1/proofs", asked))["id"]
    by_manager = Till(till.shop, manager, till.products, till.member)
    quote = by_manager.quote(by_manager.line("提拉米苏"), member=till.member)
    answer = by_manager.pay(quote, {"kind": "wallet", "amount": "32.00"}, proof=proof)
    assert answer.status_code == 201, answer.text
    return body(answer)


def test_a_sale_from_the_wallet_and_its_refund_are_told_once_each_with_the_balance(till: Till) -> None:
    pay_in(till)
    order = spend_from_wallet(till)
    wanted = {"way": "whole", "reason": "退了"}
    refunded = till.shop.browser("manager").api("POST", f"/api/v1/orders/{order['id']}/refunds", wanted)
    assert refunded.status_code == 201, refunded.text
    told = {message.title: message.body for message in messages()}
    assert told["消费 ¥32.00"].startswith("储值付了 ¥32.00，还有 ¥268.00。")
    assert told["退款 ¥32.00"].endswith("¥32.00 退回储值，现有 ¥300.00。")
    assert len([message for message in messages() if message.key.startswith(("order:", "refund:"))]) == 2
    shown = till.shop.phone(till.member).get("/member/wallet/statement").text
    assert shown.count(order["number"]) == 2


def test_money_goes_into_the_till_that_is_open(till: Till) -> None:
    opened = till.browser.api(
        "POST", "/api/v1/tills", {"store": str(till.shop.east.id), "name": "1 号", "opening_float": "0.00"}
    )
    made = pay_in(till)
    with database.reading() as session:
        top_up = session.get_one(TopUp, int(made["id"]))
        assert (opened.status_code, top_up.shift_id) == (201, int(body(opened)["id"])), opened.text
