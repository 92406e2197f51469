"""Sixty-four at the same moment over HTTP, at real server processes: a coupon is used once, a wallet never falls below nothing, and a
request that is sent again does nothing again."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from services.coupons import commands as coupons
from services.coupons.models import CouponEvent
from services.orders.models import Order
from services.shared import database
from services.shared.actors import SYSTEM
from services.signin.models import SpendingProof
from services.wallet.commands.moves import put
from services.wallet.models import WalletAccount
from tests.cast import Cast
from tests.couponing import OFF_20, make_template
from tests.selling import Till, open_till
from tests.serving import AT_ONCE, Front, Request, open_front, request
from webapp.cli.books import find_differences

COUPONS = int(os.environ.get("CHANGKE_COUPONS", "50"))
ROUNDS = int(os.environ.get("CHANGKE_ROUNDS", "30"))  # `make soak`: 500


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def front(till: Till, environ: dict[str, str], tmp_path: Path) -> Iterator[Front]:
    with open_front(environ, tmp_path) as serving:
        yield serving


def agreements(till: Till, count: int = AT_ONCE) -> list[str]:
    """Proofs of the member, each good for one sale."""
    now = datetime.now(UTC)
    row = {
        "member_id": till.member.id, "store_id": till.shop.east.id, "way": "override", "most": 10**6, "words": "赛跑",
        "created_at": now, "confirmed_at": now, "expires_at": now + timedelta(minutes=10), "wrong_tries": 0,
    }  # fmt: skip
    with database.transaction() as session:
        made = session.scalars(insert(SpendingProof).returning(SpendingProof.id), [row] * count).all()
    return [f"p_{each}" for each in made]


def quote(front: Front, till: Till, token: dict[str, str], pieces: int, **more: Any) -> Any:
    """A quote of the server for the member."""
    cart = {"store": str(till.shop.east.id), "member": str(till.member.id), "lines": [till.line("提拉米苏", pieces)]}
    answer = front.send(request("POST", "/api/v1/quotes", cart | more, token))
    assert answer.status == 200, answer.body
    return answer.json


def payments(till: Till, token: dict[str, str], priced: Any, kind: str) -> list[Request]:
    """The same quote paid by sixty-four tills, each with an agreement and a key of its own."""
    tenders = [{"kind": kind, "amount": priced["due"]}]
    return [
        request("POST", "/api/v1/orders", {"quote": priced["id"], "tenders": tenders, "proof": proof}, token)
        for proof in agreements(till)
    ]


def orders() -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Order.id))) or 0


def test_a_coupon_pays_for_one_of_sixty_four_sales(till: Till, front: Front) -> None:
    token, template, said = till.shop.token(), make_template(till.shop, OFF_20), Counter[tuple[int, str]]()
    for number in range(1, COUPONS + 1):
        with database.transaction() as session:
            coupon = coupons.issue_coupon(
                session, template, till.member.id, source="gift", actor=SYSTEM, at=till.shop.at
            )
        priced = quote(front, till, token, 4, coupons=[str(coupon.id)])
        assert priced["due"] == "108.00"
        answers = front.at_once(payments(till, token, priced, "wechat"))
        assert Counter(each.status for each in answers) == {201: 1, 409: AT_ONCE - 1}
        said.update((each.status, each.json.get("code", "")) for each in answers)
        assert orders() == number
    with database.reading() as session:
        used = session.scalar(select(func.count(CouponEvent.id)).where(CouponEvent.kind == "redeem"))
    assert (used, find_differences()) == (COUPONS, [])
    print(f"{COUPONS} coupons at {AT_ONCE} tills each: {dict(said)}")


def test_a_wallet_never_falls_below_nothing(till: Till, front: Front) -> None:
    token, sold = till.shop.token(), 0
    for number in range(ROUNDS):
        before = stored(till)
        with database.transaction() as session:
            more = 13_000 + 700 * (number % 7)
            put(
                session, till.member.id, more - 2000, 2000, kind="top_up", key=f"race:{number}", store_id=till.shop.east.id,
                actor=SYSTEM, at=till.shop.at,
            )  # fmt: skip
        answers = front.at_once(payments(till, token, quote(front, till, token, 1), "wallet"))
        paid = sum(each.status == 201 for each in answers)
        assert {each.status for each in answers} <= {201, 409, 422}
        assert paid == (before + more) // 3200
        assert stored(till) == before + more - 3200 * paid
        sold += paid
        assert orders() == sold
    assert find_differences() == []
    print(f"{ROUNDS} rounds of {AT_ONCE} spends: {sold} paid, {stored(till)} fen left")


def stored(till: Till) -> int:
    with database.reading() as session:
        account = session.get(WalletAccount, till.member.id)
        return account.principal + account.bonus if account else 0
