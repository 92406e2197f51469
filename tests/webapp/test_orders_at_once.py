"""Many tills at the same moment, with real threads: nothing twice, nothing lost, the books add up."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from services.loyalty.queries import get_balance
from services.orders.checks import find_differences
from services.orders.models import Order
from services.shared import database
from tests.browse import body
from tests.cast import Cast
from tests.selling import Till, books_add_up, open_till

AT_ONCE = 64
T = TypeVar("T")


def at_once(do: Callable[[int], T], times: int = AT_ONCE) -> list[T]:
    """Run `do(0)`, `do(1)`… in as many threads, started together."""
    ready = threading.Barrier(times)

    def run(number: int) -> T:
        ready.wait()
        return do(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def orders() -> int:
    with database.reading() as session:
        assert list(find_differences(session)) == []
        return session.scalar(select(func.count(Order.id))) or 0


def test_one_order_posted_by_sixty_four_at_once_is_one_order(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏", 2), member=till.member)
    sent = {"quote": quote["id"], "tenders": [{"kind": "wechat", "amount": "64.00"}]}
    headers = till.shop.token() | {"Idempotency-Key": "double-tap-of-64"}

    def post(_number: int) -> TestResponse:
        return till.shop.client().post("/api/v1/orders", json=sent, headers=headers)

    answers = at_once(post)
    assert {(answer.status_code, answer.data) for answer in answers} == {(201, answers[0].data)}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert (orders(), books_add_up()) == (1, True)


def test_the_same_key_with_another_bill_is_refused(till: Till) -> None:
    quote, other = till.quote(till.line("拿铁")), till.quote(till.line("曲奇"))
    assert till.pay(quote, key="one-key-two-bills").status_code == 201
    answer = till.pay(other, key="one-key-two-bills")
    assert (answer.status_code, body(answer)["code"]) == (422, "idempotency_key_reused")
    assert orders() == 1


def test_sixty_four_sales_at_once_get_numbers_without_a_gap(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏", 2), till.line("拿铁"), member=till.member)
    sent = {"quote": quote["id"], "tenders": [{"kind": "wechat", "amount": "86.00"}]}
    token = till.shop.token()

    def post(number: int) -> Any:
        headers = token | {"Idempotency-Key": f"till-number-{number}"}
        return body(till.shop.client().post("/api/v1/orders", json=sent, headers=headers))

    sold = at_once(post)
    assert sorted(order["number"] for order in sold) == [f"A1-1121-{n:04d}" for n in range(1, AT_ONCE + 1)]
    assert sorted(order["points"]["after"] for order in sold) == [8 * n for n in range(1, AT_ONCE + 1)]
    with database.reading() as session:
        assert get_balance(session, till.member.id) == 8 * AT_ONCE
    assert (orders(), books_add_up()) == (AT_ONCE, True)
