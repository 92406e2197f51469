"""Stored value over the API: paying in, the statement, the refund sheet, plans, what the shop owes."""

from typing import Any

import pytest
from sqlalchemy import select

from services import wiring
from services.loyalty.queries import get_balance as get_points
from services.shared import database, ledger
from services.wallet.commands import adjust_wallet
from services.wallet.models import TopUp
from services.wallet.queries import WALLET, get_balance
from tests.browse import body
from tests.cast import Cast
from tests.pushing import messages
from tests.selling import Till, open_till
from tests.topping import ask_top_up, offer, pay_in
from tests.webapp.test_orders_at_once import at_once


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def wallet(till: Till, rest: str = "") -> str:
    return f"/api/v1/members/{till.member.id}/wallet{rest}"


def test_a_member_pays_in_and_sees_why(till: Till) -> None:
    plan = offer(till)
    made = pay_in(till, plan=str(plan.id))
    assert (made["number"], made["principal"], made["bonus"]) == ("A1-261121-C0001", "300.00", "50.00")
    held = {"principal": "300.00", "bonus": "50.00", "total": "350.00"}
    assert body(till.browser.api("GET", wallet(till))) == held | {"cools_until": None}
    statement = body(till.browser.api("GET", wallet(till, "/entries")))
    assert statement["total"] == "350.00"
    assert [(entry["kind"], entry["top_up"]) for entry in statement["items"]] == [("top_up", made["id"])]
    mine = body(till.shop.phone(till.member).api("GET", "/api/v1/me/wallet/entries"))
    assert mine == statement


def test_the_same_key_pays_in_once(till: Till) -> None:
    first, again = (ask_top_up(till, key="one-top-up") for _ in range(2))
    assert (first.status_code, again.status_code, first.data) == (201, 201, again.data)
    assert body(till.browser.api("GET", wallet(till)))["total"] == "300.00"


def test_too_much_is_refused_beside_the_amount_and_says_what_still_fits(till: Till) -> None:
    pay_in(till, amount="4900.00")
    refused = ask_top_up(till, amount="100.01")
    assert (refused.status_code, body(refused)["code"]) == (422, "wallet_over_cap")
    assert "100.00" in body(refused)["title"]
    assert list(body(refused)["errors"]) == ["amount"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": None}, "amount"),
        ({"tenders": []}, "tenders"),
        ({"tenders": [{"kind": "wallet", "amount": "300.00"}]}, "tenders.0.kind"),
        ({"tenders": [{"kind": "cash", "amount": "299.99"}]}, "tenders.0.amount"),
        ({"plan": "99"}, "plan"),
        ({"store": "99"}, "store"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(till: Till, wrong: dict[str, Any], field: str) -> None:
    sent = {"store": str(till.shop.east.id), "amount": "300.00", "tenders": [{"kind": "cash", "amount": "300.00"}]}
    answer = till.shop.browser("owner").api("POST", wallet(till, "/top-ups"), sent | wrong)
    assert (answer.status_code, list(body(answer)["errors"])) == (422, [field]), answer.text


def test_a_top_up_and_a_correction_are_told_to_the_member(till: Till) -> None:
    pay_in(till, plan=str(offer(till, points=30).id))
    with database.transaction() as session:
        data = {"principal": -1000, "bonus": 0, "reason": "多充了"}
        adjust_wallet(session, till.member.id, data, actor=till.shop.owner, at=till.shop.at)
    told = [(message.title, message.body) for message in messages()]
    assert ("充值到账 ¥350.00", "其中赠送 ¥50.00，另得 30 积分。现有储值 ¥350.00。") in told
    assert ("店里扣了 ¥10.00 储值", "原因：多充了。现有储值 ¥340.00。") in told


def test_the_refund_sheet_is_looked_at_and_then_paid(till: Till) -> None:
    manager = till.shop.browser("manager")
    pay_in(till, plan=str(offer(till).id))
    sheet = body(manager.api("GET", wallet(till, "/payouts/preview")))
    assert (sheet["policy"], sheet["floor"], sheet["amount"], sheet["bonus_lost"]) == (
        "300.00",
        "300.00",
        "300.00",
        "50.00",
    )
    assert (sheet["lots"][0]["fresh"], sheet["tenders"]) == (True, ["wechat"])
    sent = {"store": str(till.shop.east.id), "reason": "顾客搬家", "sheet": sheet["sheet"]}
    below = manager.api("POST", wallet(till, "/payouts"), sent | {"amount": "299.99"})
    assert (below.status_code, body(below)["code"]) == (422, "below_legal_floor")
    paid = body(manager.api("POST", wallet(till, "/payouts"), sent))
    assert (paid["amount"], paid["tender"], paid["sheet"]["lots"][0]["number"]) == (
        "300.00",
        "wechat",
        "A1-261121-C0001",
    )
    assert manager.api("POST", wallet(till, "/payouts"), sent).status_code == 409
    assert ("储值退款 ¥300.00", "退到微信，原因：顾客搬家。") in [(each.title, each.body) for each in messages()]


def test_an_old_sheet_is_refused(till: Till) -> None:
    manager = till.shop.browser("manager")
    pay_in(till)
    sheet = body(manager.api("GET", wallet(till, "/payouts/preview")))
    pay_in(till)
    sent = {"store": str(till.shop.east.id), "reason": "顾客搬家", "sheet": sheet["sheet"]}
    answer = manager.api("POST", wallet(till, "/payouts"), sent)
    assert (answer.status_code, body(answer)["code"]) == (409, "sheet_changed")


def test_a_correction_has_a_reason_and_goes_one_way(till: Till) -> None:
    owner = till.shop.browser("owner")
    for wrong in (
        {"principal": "10.00", "reason": ""},
        {"principal": "10.00", "bonus": "-1.00", "reason": "x"},
        {"reason": "x"},
        {"principal": "-0.01", "reason": "x"},
    ):
        assert owner.api("POST", wallet(till, "/adjustments"), wrong).status_code == 422, wrong
    given = owner.api("POST", wallet(till, "/adjustments"), {"principal": "10.00", "bonus": "1.00", "reason": "补偿"})
    assert (given.status_code, body(given)["total"]) == (201, "11.00")
    assert (
        till.browser.api("POST", wallet(till, "/adjustments"), {"principal": "1.00", "reason": "x"}).status_code == 403
    )


def test_plans_are_made_changed_and_put_away(till: Till) -> None:
    owner = till.shop.browser("owner")
    made = body(owner.api("POST", "/api/v1/top-up-plans", {"amount": "500.00", "bonus": "100.00", "per_member": 1}))
    address = f"/api/v1/top-up-plans/{made['id']}"
    assert body(owner.api("PATCH", address, {"bonus": "120.00"}))["bonus"] == "120.00"
    assert body(owner.api("PATCH", address, {"archived": True}))["archived"]
    assert body(owner.api("GET", "/api/v1/top-up-plans"))["items"] == []
    assert [each["id"] for each in body(owner.api("GET", "/api/v1/top-up-plans?archived=1"))["items"]] == [made["id"]]
    assert owner.api("POST", "/api/v1/top-up-plans", {"amount": "0.00"}).status_code == 422
    assert till.browser.api("POST", "/api/v1/top-up-plans", {"amount": "1.00"}).status_code == 403


def test_what_the_shop_owes_by_store_and_day(till: Till) -> None:
    pay_in(till, plan=str(offer(till).id))
    southern = till.shop.browser("southern")
    sent = {"store": str(till.shop.south.id), "amount": "80.00", "tenders": [{"kind": "cash", "amount": "80.00"}]}
    assert southern.api("POST", wallet(till, "/top-ups"), sent).status_code == 201
    owner = till.shop.browser("owner")
    report = body(owner.api("GET", "/api/v1/liability"))
    assert report["owed"] == {"principal": "380.00", "bonus": "50.00"}
    assert [(each["store"], each["principal"]) for each in report["stores"]] == [
        (str(till.shop.east.id), "300.00"),
        (str(till.shop.south.id), "80.00"),
    ]
    assert [day["paid_in"]["principal"] for day in report["days"]] == ["300.00", "80.00"]
    assert body(owner.api("GET", "/api/v1/liability?last=2026-11-20"))["owed"]["principal"] == "0.00"
    assert body(till.shop.browser("manager").api("GET", "/api/v1/liability"))["owed"]["principal"] == "300.00"
    for wrong in ("first=2026-01-01&last=2026-11-21", "last=tomorrow", "store=99"):
        assert owner.api("GET", f"/api/v1/liability?{wrong}").status_code == 422, wrong


def all_at_once(till: Till, wanted: dict[str, Any], times: int) -> list[int]:
    """The statuses of so many top-ups in as many threads, each under its own key."""
    headers = till.shop.token()
    sent = {"store": str(till.shop.east.id)} | wanted

    def post(number: int) -> int:
        keyed = headers | {"Idempotency-Key": f"top-up-{number:04d}"}
        return till.shop.client().post(wallet(till, "/top-ups"), json=sent, headers=keyed).status_code

    return at_once(post, times)


def test_what_the_buyer_was_shown_may_be_told_and_has_to_hold(till: Till) -> None:
    wanted: dict[str, Any] = {"plan": str(offer(till, points=20).id), "amount": "300.00"}
    for other in ({"bonus": "50.01"}, {"points": 21}, {"coupons": 1}):
        refused = ask_top_up(till, **wanted, **other)
        assert (refused.status_code, list(body(refused)["errors"])) == (422, ["plan"])
    assert held(till) == (0, 0, 0)
    assert ask_top_up(till, **wanted, bonus="50.00", points=20, coupons=0).status_code == 201


def test_of_sixteen_at_once_one_takes_the_plan_that_is_for_once(till: Till) -> None:
    plan = offer(till, per_member=1, points=10)
    wanted = {"plan": str(plan.id), "tenders": [{"kind": "wechat", "amount": "300.00"}]}
    assert sorted(all_at_once(till, wanted, 16)) == [201] + [422] * 15
    assert held(till) == (35000, 10, 1)


def test_sixteen_at_once_never_pass_the_cap(till: Till) -> None:
    """Twelve times 400.00 fit below 5000.00."""
    wanted = {"amount": "400.00", "tenders": [{"kind": "wechat", "amount": "400.00"}]}
    assert sorted(all_at_once(till, wanted, 16)) == [201] * 12 + [422] * 4
    assert held(till) == (480000, 0, 12)


def held(till: Till) -> tuple[int, int, int]:
    """What the member has: stored value, points; and how many numbers were given, once the books add up."""
    with database.reading() as session:
        assert not [line for check in wiring.CHECKS for line in check(session)]
        assert not list(ledger.differences(session, WALLET))
        numbers = session.scalars(select(TopUp.number)).all()
        assert len(set(numbers)) == len(numbers)
        return get_balance(session, till.member.id).total, get_points(session, till.member.id), len(numbers)
