"""A member agrees that something of theirs is spent: in the app, by a code that is said, or by a manager who answers for it."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.messaging.models import Message
from services.shared import database
from services.signin.models import SpendingProof
from services.wallet.commands.moves import put
from tests.browse import body
from tests.cast import Cast
from tests.selling import Till, open_till, welcome_member


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def ask(till: Till, way: str, amount: str = "64.00", **more: Any) -> TestResponse:
    asked = {"member": str(till.member.id), "store": str(till.shop.east.id), "way": way, "amount": amount, **more}
    return till.browser.api("POST", "/api/v1/proofs", asked)


def fill_wallet(till: Till, fen: int = 30_000) -> None:
    with database.transaction() as session:
        put(
            session, till.member.id, fen, 0, kind="top_up", key="test:1", store_id=till.shop.east.id,
            actor=till.shop.owner, at=till.shop.at,
        )  # fmt: skip


def pay_from_wallet(till: Till, proof: str | None) -> TestResponse:
    quote = till.quote(till.line("提拉米苏", 2), member=till.member)
    return till.pay(quote, {"kind": "wallet", "amount": quote["due"]}, proof=proof)


def state(till: Till, proof: str) -> str:
    return str(body(till.browser.api("GET", f"/api/v1/proofs/{proof}"))["state"])


def test_without_a_proof_nothing_is_spent(till: Till) -> None:
    fill_wallet(till)
    answer = pay_from_wallet(till, None)
    assert (answer.status_code, body(answer)["code"]) == (403, "member_proof_required")


def test_the_member_confirms_in_the_app_and_the_wallet_pays_once(till: Till) -> None:
    fill_wallet(till)
    proof = body(ask(till, "app"))
    assert (proof["state"], proof["amount"]) == ("asked", "64.00")
    assert pay_from_wallet(till, proof["id"]).status_code == 403
    phone, number = till.shop.phone(till.member), proof["id"].removeprefix("p_")
    assert "64.00" in phone.get(f"/member/confirmations/{number}").text
    phone.post(f"/member/confirmations/{number}", answer="yes")
    assert state(till, proof["id"]) == "confirmed"
    assert pay_from_wallet(till, proof["id"]).status_code == 201
    assert (state(till, proof["id"]), pay_from_wallet(till, proof["id"]).status_code) == ("used", 403)


def test_the_member_is_asked_by_a_message_that_leads_to_the_question(till: Till) -> None:
    proof = body(ask(till, "app"))
    with database.transaction() as session:
        message = session.scalars(select(Message).where(Message.key == f"proof:{proof['id'][2:]}")).one()
        assert message.path == f"/member/confirmations/{proof['id'][2:]}"


def test_a_no_is_a_no(till: Till) -> None:
    fill_wallet(till)
    proof = body(ask(till, "app"))
    answer = till.shop.phone(till.member).api("POST", f"/api/v1/me/confirmations/{proof['id'][2:]}", {"agrees": False})
    assert body(answer)["state"] == "declined"
    assert pay_from_wallet(till, proof["id"]).status_code == 403


def test_somebody_else_cannot_answer(till: Till) -> None:
    proof = body(ask(till, "app"))
    other = till.shop.phone(welcome_member(till.shop.at, "阿远", "+8613900139000"))
    assert other.get(f"/member/confirmations/{proof['id'][2:]}").status_code == 404
    answer = other.api("POST", f"/api/v1/me/confirmations/{proof['id'][2:]}", {"agrees": True})
    assert (answer.status_code, state(till, proof["id"])) == (404, "asked")


def test_the_code_that_the_member_says(till: Till) -> None:
    fill_wallet(till)
    proof = body(ask(till, "code"))
    with database.transaction() as session:
        told = session.scalars(select(Message).where(Message.key == f"proof:{proof['id'][2:]}")).one().body
        title = session.scalars(select(Message.title).where(Message.key == f"proof:{proof['id'][2:]}")).one()
    digits = re.search(r"\d{6}", title)
    assert digits
    assert "最多 ¥64.00" in told
    wrong = till.browser.api("POST", f"/api/v1/proofs/{proof['id']}/confirmations", {"code": "000000"})
    assert (wrong.status_code, list(body(wrong)["errors"])) == (422, ["code"])
    right = till.browser.api("POST", f"/api/v1/proofs/{proof['id']}/confirmations", {"code": digits[0]})
    assert (right.status_code, body(right)["state"]) == (200, "confirmed")
    assert pay_from_wallet(till, proof["id"]).status_code == 201


def test_five_wrong_codes_end_it(till: Till) -> None:
    proof = body(ask(till, "code"))
    with database.transaction() as session:
        title = session.scalars(select(Message.title).where(Message.key == f"proof:{proof['id'][2:]}")).one()
    digits = re.search(r"\d{6}", title)
    assert digits
    wrong = "000001" if digits[0] == "000000" else "000000"
    path = f"/api/v1/proofs/{proof['id']}/confirmations"
    assert [till.browser.api("POST", path, {"code": wrong}).status_code for _ in range(5)] == [422] * 5
    assert till.browser.api("POST", path, {"code": digits[0]}).status_code == 404


def test_only_who_may_answers_for_a_member_and_with_a_reason(till: Till, shop: Cast) -> None:
    fill_wallet(till)
    assert ask(till, "override", reason="手机没电").status_code == 403
    till.browser = shop.browser("manager")
    assert list(body(ask(till, "override"))["errors"]) == ["reason"]
    proof = body(ask(till, "override", reason="手机没电"))
    assert proof["state"] == "confirmed"
    assert pay_from_wallet(till, proof["id"]).status_code == 201


def test_a_proof_reaches_as_far_as_was_asked(till: Till) -> None:
    fill_wallet(till)
    proof = body(ask(till, "app", "63.99"))
    till.shop.phone(till.member).post(f"/member/confirmations/{proof['id'][2:]}", answer="yes")
    assert pay_from_wallet(till, proof["id"]).status_code == 403


def test_a_proof_of_another_store_does_not_exist(till: Till, shop: Cast) -> None:
    proof = body(ask(till, "app"))
    assert shop.browser("southern").api("GET", f"/api/v1/proofs/{proof['id']}").status_code == 404


def test_asking_over_and_over_is_stopped(till: Till) -> None:
    assert [ask(till, "app").status_code for _ in range(11)][-2:] == [201, 429]
    with database.transaction() as session:
        assert len(session.scalars(select(SpendingProof)).all()) == 10


def choose_pin(till: Till, pin: str, **more: str) -> TestResponse:
    return till.shop.phone(till.member).post("/member/me/pin", pin=pin, again=more.pop("again", pin), **more)


def test_the_member_types_the_pin_that_they_chose(till: Till) -> None:
    fill_wallet(till)
    assert ask(till, "pin", pin="271828").status_code == 422
    assert choose_pin(till, "271828").status_code == 303
    wrong = ask(till, "pin", pin="271827")
    assert (wrong.status_code, list(body(wrong)["errors"])) == (422, ["pin"])
    proof = body(ask(till, "pin", pin="271828"))
    assert proof["state"] == "confirmed"
    assert pay_from_wallet(till, proof["id"]).status_code == 201


def test_five_wrong_pins_have_to_wait(till: Till) -> None:
    choose_pin(till, "271828")
    assert [ask(till, "pin", pin="314159").status_code for _ in range(6)] == [422] * 5 + [429]
    assert ask(till, "pin", pin="271828").status_code == 429


@pytest.mark.parametrize(
    ("pin", "again"), [("111111", "111111"), ("123456", "123456"), ("27182", "27182"), ("271828", "271829")]
)
def test_an_easy_or_mistyped_pin_is_not_taken(till: Till, pin: str, again: str) -> None:
    assert choose_pin(till, pin, again=again).status_code == 422
    assert ask(till, "pin", pin="271828").status_code == 422


def test_another_pin_asks_for_the_former_one_and_a_manager_may_take_a_forgotten_one_away(
    till: Till, shop: Cast
) -> None:
    choose_pin(till, "271828")
    assert choose_pin(till, "314159").status_code == 422
    assert choose_pin(till, "314159", current="271828").status_code == 303
    path = f"/api/v1/members/{till.member.id}/wallet-pin"
    assert till.browser.api("DELETE", path).status_code == 403
    assert shop.browser("manager").api("DELETE", path).status_code == 204
    assert choose_pin(till, "161803").status_code == 303


def test_a_manager_clears_a_forgotten_pin_on_the_member_s_wallet(till: Till, shop: Cast) -> None:
    choose_pin(till, "271828")
    manager, page = shop.browser("manager"), f"/staff/members/{till.member.id}/wallet"
    assert "会员忘了支付密码" in manager.get(page).text
    assert "会员忘了支付密码" not in till.browser.get(page).text
    assert manager.post(f"{page}/pin/erase").status_code == 303
    assert "会员忘了支付密码" not in manager.get(page).text
