"""A member agrees that something of theirs is spent: in the app, by a code that is said, or by a manager who answers for it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.messaging.models import Message
from services.shared import clock, database
from services.signin.models import SpendingProof
from services.wallet.commands.moves import put
from tests.browse import body
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till, welcome_member
from tests.webapp.test_api_scans import Phone, scan


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def ask(till: Till, way: str, amount: str = "64.00", **more: Any) -> TestResponse:
    asked = {"member": str(till.member.id), "store": str(till.shop.east.id), "way": way, "amount": amount} | more
    return till.browser.api("POST", "/api/v1/proofs", asked)


def fill_wallet(till: Till, fen: int = 30_000) -> None:
    with database.transaction() as session:
        put(
            session, till.member.id, fen, 0, kind="top_up", key="test:1", store_id=till.shop.east.id,
            actor=till.shop.owner, at=till.shop.at,
        )  # fmt: skip


def pay_from_wallet(till: Till, proof: str | None, pieces: int = 2) -> TestResponse:
    quote = till.quote(till.line("提拉米苏", pieces), member=till.member)
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


def said(proof: str) -> str:
    """The digits that the member reads."""
    with database.transaction() as session:
        title = session.scalars(select(Message.title).where(Message.key == f"proof:{proof[2:]}")).one()
    digits = re.search(r"\d{6}", title)
    assert digits
    return digits[0]


def say(till: Till, amount: str = "64.00") -> str:
    """A code that was sent, and said."""
    proof = str(body(ask(till, "code", amount))["id"])
    right = till.browser.api("POST", f"/api/v1/proofs/{proof}/confirmations", {"code": said(proof)})
    assert (right.status_code, body(right)["state"]) == (200, "confirmed")
    return proof


def test_the_code_that_the_member_says(till: Till) -> None:
    fill_wallet(till)
    proof = body(ask(till, "code"))
    with database.transaction() as session:
        told = session.scalars(select(Message).where(Message.key == f"proof:{proof['id'][2:]}")).one().body
    assert "最多 ¥64.00" in told
    path = f"/api/v1/proofs/{proof['id']}/confirmations"
    wrong = till.browser.api("POST", path, {"code": "000000"})
    assert (wrong.status_code, list(body(wrong)["errors"])) == (422, ["code"])
    right = till.browser.api("POST", path, {"code": said(proof["id"])})
    assert (right.status_code, body(right)["state"]) == (200, "confirmed")
    assert pay_from_wallet(till, proof["id"]).status_code == 201


def test_nobody_but_the_member_reads_the_code(till: Till, shop: Cast) -> None:
    digits = said(body(ask(till, "code"))["id"])
    manager = shop.browser("manager")
    listed = body(manager.get(f"/api/v1/members/{till.member.id}/messages"))["items"]
    assert listed[0]["title"] == "确认码 ••••••"
    for path in (f"/members/{till.member.id}/messages", "/messages", f"/messages/{listed[0]['id']}"):
        assert digits not in manager.get(f"/api/v1{path}").text
        assert digits not in shop.client().get(f"/api/v1{path}", headers=shop.token("messages:read")).text
    assert digits not in manager.get(f"/staff/members/{till.member.id}").text
    assert digits in till.shop.phone(till.member).get("/api/v1/me/messages").text


def test_five_wrong_codes_end_it(till: Till) -> None:
    proof = body(ask(till, "code"))["id"]
    wrong = "000001" if said(proof) == "000000" else "000000"
    path = f"/api/v1/proofs/{proof}/confirmations"
    assert [till.browser.api("POST", path, {"code": wrong}).status_code for _ in range(5)] == [422] * 5
    assert till.browser.api("POST", path, {"code": said(proof)}).status_code == 404


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


def scanned(till: Till, phone: Phone | None = None) -> str:
    """The member shows the code."""
    return str(body(scan(till, (phone or Phone(till)).code()))["id"])


def test_the_member_types_the_pin_that_they_chose(till: Till) -> None:
    fill_wallet(till, 200_000)
    base = scanned(till)
    assert ask(till, "pin", pin="271828", proof=base).status_code == 422
    assert choose_pin(till, "271828").status_code == 303
    wrong = ask(till, "pin", "640.00", pin="271827", proof=base)
    assert (wrong.status_code, list(body(wrong)["errors"])) == (422, ["pin"])
    proof = body(ask(till, "pin", "640.00", pin="271828", proof=base))
    assert proof["state"] == "confirmed"
    assert pay_from_wallet(till, proof["id"], 20).status_code == 201


def test_a_pin_alone_is_no_proof(till: Till) -> None:
    fill_wallet(till)
    choose_pin(till, "271828")
    alone = ask(till, "pin", pin="271828")
    assert (alone.status_code, list(body(alone)["errors"])) == (422, ["proof"])
    asked = body(ask(till, "app"))["id"]
    assert body(ask(till, "pin", pin="271828", proof=asked))["code"] == "member_proof_required"


def test_a_pin_uses_up_the_scan_below_it(till: Till) -> None:
    fill_wallet(till)
    choose_pin(till, "271828")
    base = scanned(till)
    assert ask(till, "pin", pin="271828", proof=base).status_code == 201
    assert ask(till, "pin", pin="271828", proof=base).status_code == 403
    assert pay_from_wallet(till, base).status_code == 403


def test_a_pin_on_top_of_a_scan_that_somebody_else_read_is_no_proof(till: Till, shop: Cast) -> None:
    choose_pin(till, "271828")
    base = scanned(till)
    till.browser = shop.browser("manager")
    assert ask(till, "pin", pin="271828", proof=base).status_code == 403


def test_a_pin_reaches_further_on_top_of_a_code_that_was_said(till: Till) -> None:
    fill_wallet(till, 200_000)
    choose_pin(till, "271828")
    code = say(till, "640.00")
    alone = pay_from_wallet(till, code, 20)
    assert (alone.status_code, body(alone)["code"], "支付密码" in body(alone)["title"]) == (
        403,
        "member_proof_required",
        True,
    )
    assert ask(till, "pin", "640.01", pin="271828", proof=code).status_code == 403
    proof = body(ask(till, "pin", "640.00", pin="271828", proof=code))["id"]
    assert pay_from_wallet(till, code).status_code == 403
    assert pay_from_wallet(till, proof, 20).status_code == 201


def test_a_scan_is_used_up_by_a_sale_that_only_earns(till: Till) -> None:
    fill_wallet(till)
    shown = scanned(till)
    till.sell(till.line("拿铁"), member=till.member, proof=shown)
    again = pay_from_wallet(till, shown)
    assert (again.status_code, body(again)["code"]) == (403, "member_proof_required")


def test_a_scan_is_used_up_by_a_sale_that_does_not_name_it(till: Till) -> None:
    fill_wallet(till)
    choose_pin(till, "271828")
    shown = scanned(till)
    till.sell(till.line("拿铁"), member=till.member)
    with clock.stand_at(NOON + timedelta(minutes=9)):
        assert pay_from_wallet(till, shown).status_code == 403
        assert ask(till, "pin", pin="271828", proof=shown).status_code == 403


def test_an_old_scan_never_refuses_a_sale_that_only_earns(till: Till) -> None:
    shown = scanned(till)
    till.sell(till.line("拿铁"), member=till.member, proof=shown)
    with clock.stand_at(NOON + timedelta(hours=3)):
        till.sell(till.line("拿铁"), member=till.member, proof=shown)


def test_a_scan_after_a_sale_pays_the_next_one(till: Till) -> None:
    fill_wallet(till)
    phone = Phone(till)
    till.sell(till.line("拿铁"), member=till.member, proof=scanned(till, phone))
    with clock.stand_at(NOON + timedelta(minutes=1)):
        assert pay_from_wallet(till, scanned(till, phone)).status_code == 201


def test_a_sale_to_somebody_else_leaves_the_scan_alone(till: Till) -> None:
    fill_wallet(till)
    shown = scanned(till)
    till.sell(till.line("拿铁"), member=welcome_member(till.shop.at, "阿远", "+8613900139000"))
    assert pay_from_wallet(till, shown).status_code == 201


def test_a_proof_is_for_whoever_asked(till: Till, shop: Cast) -> None:
    fill_wallet(till)
    cashier, till.browser = till.browser, shop.browser("manager")
    proof = body(ask(till, "override", reason="手机没电"))["id"]
    code = body(ask(till, "code"))["id"]
    manager, till.browser = till.browser, cashier
    assert till.browser.api("GET", f"/api/v1/proofs/{proof}").status_code == 404
    path = f"/api/v1/proofs/{code}/confirmations"
    assert till.browser.api("POST", path, {"code": said(code)}).status_code == 404
    assert pay_from_wallet(till, proof).status_code == 403
    till.browser = manager
    assert pay_from_wallet(till, proof).status_code == 201


def test_what_a_program_asked_is_for_programs(till: Till, shop: Cast) -> None:
    fill_wallet(till)
    token = shop.token()
    sent = {
        "member": str(till.member.id),
        "store": str(shop.east.id),
        "way": "override",
        "amount": "64.00",
        "reason": "夜里",
    }
    headers = token | {"Idempotency-Key": "asked-by-a-program"}
    proof = body(shop.client().post("/api/v1/proofs", json=sent, headers=headers))["id"]
    assert shop.client().get(f"/api/v1/proofs/{proof}", headers=token).status_code == 200
    assert till.browser.api("GET", f"/api/v1/proofs/{proof}").status_code == 404
    assert pay_from_wallet(till, proof).status_code == 403


def test_who_may_not_ask_does_not_use_up_the_member_s_questions(till: Till, shop: Cast) -> None:
    sent = {"member": str(till.member.id), "store": str(shop.east.id), "way": "app", "amount": "1.00"}
    stranger = shop.browser("southern")
    assert {stranger.api("POST", "/api/v1/proofs", sent).status_code for _ in range(11)} == {403}
    assert ask(till, "app").status_code == 201


def test_a_store_that_is_none_is_said_beside_the_field(till: Till, shop: Cast) -> None:
    till.browser = shop.browser("owner")
    for way, more in (("app", {}), ("code", {}), ("override", {"reason": "手机没电"})):
        answer = ask(till, way, store="999999", **more)
        assert (answer.status_code, list(body(answer)["errors"])) == (422, ["store"])


def test_codes_are_one_a_minute_five_an_hour_ten_a_day(till: Till) -> None:
    at = [timedelta(minutes=2 * n) for n in range(6)] + [timedelta(minutes=62 + 2 * n) for n in range(6)]
    answers = [ask(till, "code").status_code, ask(till, "code").status_code]
    assert answers == [201, 429]
    answers.pop()
    for since in at[1:]:
        with clock.stand_at(NOON + since):
            answers.append(ask(till, "code").status_code)
    assert answers == [201] * 5 + [429] + [201] * 5 + [429]
    with clock.stand_at(NOON + timedelta(hours=3)):
        assert ask(till, "code").status_code == 429


def test_a_code_that_is_asked_for_again_with_the_same_key_is_sent_once(till: Till) -> None:
    sent = {"member": str(till.member.id), "store": str(till.shop.east.id), "way": "code", "amount": "64.00"}
    answers = [till.browser.api("POST", "/api/v1/proofs", sent, "a-lost-answer") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert body(answers[0]) == body(answers[1])


def test_five_wrong_pins_have_to_wait(till: Till) -> None:
    choose_pin(till, "271828")
    base = scanned(till)
    assert [ask(till, "pin", pin="314159", proof=base).status_code for _ in range(6)] == [422] * 5 + [429]
    assert ask(till, "pin", pin="271828", proof=base).status_code == 429


def test_nobody_guesses_a_pin_of_a_member_who_is_not_there(till: Till) -> None:
    choose_pin(till, "271828")
    assert {ask(till, "pin", pin="314159", proof="s_1").status_code for _ in range(11)} == {403}
    assert ask(till, "pin", pin="271828", proof=scanned(till)).status_code == 201


@pytest.mark.parametrize(
    ("pin", "again"), [("111111", "111111"), ("123456", "123456"), ("27182", "27182"), ("271828", "271829")]
)
def test_an_easy_or_mistyped_pin_is_not_taken(till: Till, pin: str, again: str) -> None:
    assert choose_pin(till, pin, again=again).status_code == 422
    assert ask(till, "pin", pin="271828", proof=scanned(till)).status_code == 422


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
