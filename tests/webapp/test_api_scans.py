"""What a scanned code is, and that a member code works once."""

import base64
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.shared import clock, database, ids
from services.shared.actors import Actor
from services.signin import commands as signin
from services.signin import rules as member_code
from services.signin.models import MemberSession
from services.stores import commands as stores
from tests.browse import body
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till
from tests.webapp.test_orders_at_once import at_once


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


class Phone:
    """The member's phone: it has a device's secret and makes codes."""

    def __init__(self, till: Till) -> None:
        till.shop.phone(till.member)
        owner = Actor("member", till.member.id, till.member.name)
        with database.transaction() as session:
            signed_in = session.scalars(select(MemberSession.id).where(MemberSession.member_id == till.member.id)).all()
            issued = signin.issue_device(
                session, session_id=signed_in[-1], handle=None, name="phone", actor=owner, at=NOON
            )
        assert issued.secret is not None
        self.handle = issued.handle
        self.secret = base64.urlsafe_b64decode(issued.secret + "=")

    def code(self, ahead: timedelta = timedelta()) -> str:
        """The code of this moment on a clock that runs `ahead`."""
        return member_code.make_code(self.secret, self.handle, member_code.step_at(clock.now() + ahead))


def scan(till: Till, code: str, key: str | None = None, store: Any = None) -> TestResponse:
    sent = {"code": code, "store": str((store or till.shop.east).id)}
    return till.browser.api("POST", "/api/v1/scans", sent, key)


def test_a_live_code_is_the_member_and_proves_it(till: Till) -> None:
    found = body(scan(till, Phone(till).code()))
    assert (found["kind"], found["member"], found["spendable"]) == ("member", str(till.member.id), True)
    order = till.sell(till.line("拿铁"), member=till.member, proof=found["id"])
    assert order["member"] == str(till.member.id)
    stranger = till.pay(till.quote(till.line("拿铁")), proof=found["id"])
    assert list(body(stranger)["errors"]) == ["proof"]


def test_a_code_works_once(till: Till) -> None:
    code = Phone(till).code()
    assert scan(till, code, key="same-scan-again").status_code == 200
    assert body(scan(till, code))["code"] == "code_used"
    again = scan(till, code, key="same-scan-again")
    assert (again.status_code, body(again)["spendable"]) == (200, True)


def test_sixty_four_scans_of_one_code_let_one_through(till: Till) -> None:
    code, token = Phone(till).code(), till.shop.token()
    sent = {"code": code, "store": str(till.shop.east.id)}

    def post(number: int) -> int:
        headers = token | {"Idempotency-Key": f"scanner-number-{number}"}
        return till.shop.client().post("/api/v1/scans", json=sent, headers=headers).status_code

    answers = at_once(post)
    assert Counter(answers) == {200: 1, 409: 63}


def test_an_old_code_is_over_and_a_fast_clock_is_told(till: Till) -> None:
    phone = Phone(till)
    old = scan(till, phone.code(timedelta(minutes=-2)))
    assert (old.status_code, body(old)["code"]) == (410, "code_expired")
    fast = scan(till, phone.code(timedelta(minutes=2)))
    assert (fast.status_code, body(fast)["code"], body(fast)["seconds"]) == (422, "clock_skew", 120)


def test_guessing_a_code_freezes_it(till: Till) -> None:
    right = Phone(till).code()
    wrong = right[:12] + f"{(int(right[12:19]) + 1) % 10**7:07d}"
    wrong += ids.luhn_digit(wrong)
    tries = [scan(till, wrong).status_code for _ in range(6)]
    assert tries == [404] * 5 + [429]
    assert scan(till, right).status_code == 429


def test_a_member_number_finds_but_never_spends(till: Till) -> None:
    found = body(scan(till, till.member.number))
    assert (found["kind"], found["member"], found["spendable"], found["id"]) == (
        "member", str(till.member.id), False, None,
    )  # fmt: skip


@pytest.mark.parametrize("code", ["6901234567892", " CAKE "])
def test_a_barcode_is_a_product(till: Till, code: str) -> None:
    found = body(scan(till, code))
    assert (found["kind"], found["product"]) == ("product", str(till.products["6寸蛋糕"]))


def test_a_receipt_is_its_order_however_it_is_typed(till: Till) -> None:
    order = till.sell(till.line("拿铁"))
    code = order["receipt_code"]
    for typed in (code, f"CK:R:{code}", code.replace("-", "").lower()):
        assert body(scan(till, typed)) | {"order": None} == {
            "id": None, "kind": "order", "member": None, "order": None, "product": None, "coupon": None, "spendable": False,
        }  # fmt: skip
        assert body(scan(till, typed))["order"] == order["id"]


def test_the_receipt_of_another_store_is_not_found(till: Till) -> None:
    order = till.sell(till.line("拿铁"))
    south = Till(till.shop, till.shop.browser("southern"), till.products, till.member)
    assert scan(south, order["receipt_code"], store=till.shop.south).status_code == 404


def test_guessing_receipts_has_an_end(till: Till) -> None:
    tries = [scan(till, f"CK:R:{ids.short_code()}").status_code for _ in range(31)]
    assert tries == [404] * 30 + [429]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("CK:C:ABCD-EFGH-JKMN", "优惠券"),
        ("CK:G:ABCD-EFGH-JKMN", "礼品"),
        ("CK:P:ABCD-EFGH-JKMN", "预订"),
        ("http://localhost:8000/join/abc", "网址"),
        ("hello", "没认出"),
        ("6901234567893", "没认出"),
    ],
)
def test_what_does_not_belong_here_is_told_in_words(till: Till, code: str, words: str) -> None:
    answer = scan(till, code)
    assert (answer.status_code, body(answer)["code"]) == (404, "code_unknown")
    assert words in body(answer)["title"]


def test_nobody_scans_for_another_store(till: Till) -> None:
    assert scan(till, Phone(till).code(), store=till.shop.south).status_code == 403


@pytest.mark.parametrize("path", ["", "4711"])
def test_a_code_is_read_at_a_store_that_there_is_and_stays_good_elsewhere(till: Till, path: str) -> None:
    code, headers = Phone(till).code(), till.shop.token()
    if not path:
        with database.transaction() as session:
            stores.archive_store(session, till.shop.south.id, actor=till.shop.owner, at=NOON)
    sent = {"code": code, "store": path or str(till.shop.south.id)}
    answer = till.shop.client().post(
        "/api/v1/scans", json=sent, headers=headers | {"Idempotency-Key": "nowhere-at-all"}
    )
    assert (answer.status_code, list(body(answer)["errors"])) == (422, ["store"])
    assert scan(till, code).status_code == 200
