"""Sixty-four payments of one person from the household's wallet at the same moment: together they never pass the limit of the day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from services.shared import database
from services.signin.models import SpendingProof
from services.wallet.models import WalletEntry
from services.wallet.queries import get_balance
from tests.cast import Cast
from tests.households import Home, open_home
from tests.serving import AT_ONCE, Front, open_front, request
from webapp.cli.books import find_differences

LIMIT, PRICE, STORED = 10_000, 3200, 200_000


@pytest.fixture
def home(shop: Cast) -> Home:
    return open_home(shop, stored="2000.00")


@pytest.fixture
def front(home: Home, environ: dict[str, str], tmp_path: Path) -> Iterator[Front]:
    with open_front(environ, tmp_path) as serving:
        yield serving


def agreements(home: Home) -> list[str]:
    """Proofs of hers, each good for one sale."""
    now = datetime.now(UTC)
    row = {
        "member_id": home.granny.id, "store_id": home.till.shop.east.id, "way": "override", "most": 10**6, "words": "赛跑",
        "created_at": now, "confirmed_at": now, "expires_at": now + timedelta(minutes=10), "wrong_tries": 0,
    }  # fmt: skip
    with database.transaction() as session:
        made = session.scalars(insert(SpendingProof).returning(SpendingProof.id), [row] * AT_ONCE).all()
    return [f"p_{each}" for each in made]


def test_many_payments_at_once_stay_within_the_limit_of_a_day(home: Home, front: Front) -> None:
    token, shop = home.till.shop.token(), home.till.shop
    cart = {"store": str(shop.east.id), "member": str(home.granny.id), "lines": [home.till.line("提拉米苏")]}
    quote = front.send(request("POST", "/api/v1/quotes", cart, token)).json
    assert quote["holds"]["shared"]["holder"] == "林*"
    paid = [{"kind": "wallet", "amount": quote["due"]}]
    sent = [
        request("POST", "/api/v1/orders", {"quote": quote["id"], "tenders": paid, "proof": proof}, token)
        for proof in agreements(home)
    ]
    answers = front.at_once(sent)
    assert {each.status for each in answers} <= {201, 409, 422}
    assert sum(each.status == 201 for each in answers) == LIMIT // PRICE
    with database.reading() as session:
        spent = -(
            session.scalar(select(func.sum(WalletEntry.principal)).where(WalletEntry.by_member_id == home.granny.id))
            or 0
        )
        assert (spent, get_balance(session, home.holder.id).total) == (
            LIMIT // PRICE * PRICE,
            STORED - LIMIT // PRICE * PRICE,
        )
    assert find_differences() == []
