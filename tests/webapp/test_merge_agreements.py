"""Whoever's card is to become part of another agrees: by the member code, by a code that they say, or a second person does."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from services.loyalty import commands as loyalty
from services.members.models import Member
from services.members.queries import keeper_of
from services.messaging.models import Message
from services.shared import database
from services.shared.actors import SYSTEM
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import Till, open_till, welcome_member
from tests.topping import pay_in
from tests.webapp.test_api_scans import Phone, scan

Pair = tuple[Till, Till]


@pytest.fixture
def pair(shop: Cast) -> Pair:
    """The manager's till with both cards of 林小满; the second has 35 points on it."""
    till = open_till(shop, "manager")
    second = replace(till, member=welcome_member(shop.at, "小满", "+8613900139000"))
    with database.transaction() as session:
        loyalty.adjust_points(session, second.member.id, {"amount": 35, "reason": "旧卡"}, actor=SYSTEM, at=shop.at)
    return till, second


def path(pair: Pair, rest: str = "") -> str:
    return f"/staff/duplicates/{pair[0].member.id}/{pair[1].member.id}{rest}"


def send(pair: Pair, **sent: str) -> object:
    return pair[0].browser.api(
        "POST", f"/api/v1/members/{pair[0].member.id}/merges", {"loser": str(pair[1].member.id), **sent}
    )


def is_merged(pair: Pair) -> bool:
    with database.reading() as session:
        return keeper_of(session, pair[1].member.id) == pair[0].member.id


def said(member: Member) -> str:
    """The code that came to the member's phone."""
    with database.reading() as session:
        texts = session.scalars(select(Message.title).where(Message.member_id == member.id).order_by(Message.id.desc()))
        return next(found[0] for text in texts if (found := re.search(r"\d{6}", text)))


def test_without_a_word_of_the_member_it_is_refused(pair: Pair) -> None:
    page = pair[0].browser.post(path(pair))
    assert (page.status_code, "或者请第二个人同意" in page.text) == (403, True)
    assert not is_merged(pair)


def test_the_member_code_of_that_card_agrees(pair: Pair) -> None:
    assert pair[0].browser.post(path(pair), code=Phone(pair[1]).code()).status_code == 303
    assert is_merged(pair)


def test_the_code_of_the_card_that_stays_does_not(pair: Pair) -> None:
    assert pair[0].browser.post(path(pair), code=Phone(pair[0]).code()).status_code == 403
    assert not is_merged(pair)


def test_a_code_that_the_member_says_agrees(pair: Pair) -> None:
    browser = pair[0].browser
    asked = browser.post(path(pair, "/code"), name="loser")
    assert "并入" in browser.get(asked.location).text
    proof = re.search(r"proof=(p_\d+)", asked.location)[1]  # type: ignore[index]
    wrong = browser.post(path(pair), proof=proof, said="000000" if said(pair[1].member) != "000000" else "111111")
    assert (wrong.status_code, "确认码不对" in wrong.text, is_merged(pair)) == (422, True, False)
    assert browser.post(path(pair), proof=proof, said=said(pair[1].member)).status_code == 303
    assert is_merged(pair)


def test_a_code_for_a_merge_pays_nothing_and_one_for_paying_merges_nothing(pair: Pair) -> None:
    asked = {"member": str(pair[1].member.id), "store": str(pair[0].shop.east.id), "way": "code", "amount": "50.00"}
    proof = body(pair[0].browser.api("POST", "/api/v1/proofs", asked))["id"]
    pair[0].browser.api("POST", f"/api/v1/proofs/{proof}/confirmations", {"code": said(pair[1].member)})
    refused = send(pair, proof=proof)
    assert (refused.status_code, is_merged(pair)) == (403, False)  # type: ignore[attr-defined]


def test_a_program_merges_by_a_scan(pair: Pair) -> None:
    proof = body(scan(pair[0], Phone(pair[1]).code()))["id"]
    assert send(pair, proof=proof).status_code == 201  # type: ignore[attr-defined]
    assert is_merged(pair)


def test_much_stored_value_asks_for_a_second_person(pair: Pair) -> None:
    pay_in(pair[1], amount="900.00")
    refused = pair[0].browser.post(path(pair), code=Phone(pair[1]).code())
    assert (refused.status_code, "储值较多" in refused.text, is_merged(pair)) == (403, True, False)


def test_a_second_person_agrees_and_it_is_done(pair: Pair) -> None:
    owner: Browser = pair[0].shop.browser("owner")
    assert pair[0].browser.post(path(pair), reason="会员当面说的", phone="loser").status_code == 303
    assert not is_merged(pair)
    page = owner.get("/staff/approvals").text
    assert "手机号换成那张卡的" in page
    asked = body(owner.get("/api/v1/approvals"))["items"][0]
    assert owner.post(f"/staff/approvals/{asked['id']}/approve").status_code == 303
    assert is_merged(pair)


def test_nobody_agrees_to_the_own_request(pair: Pair) -> None:
    asked = body(send(pair, reason="会员当面说的"))  # type: ignore[arg-type]
    refused = pair[0].browser.api("POST", f"/api/v1/approvals/{asked['id']}/approve")
    assert (body(refused)["code"], is_merged(pair)) == ("own_request", False)
