"""Whatever is done with money, in whatever order: after each step the books are what an independent model says (tests/machine)."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import bindparam, update

from services.coupons.commands import redeeming
from services.coupons.models import Coupon
from services.loyalty import commands as loyalty
from tests.cast import Cast
from tests.conftest import ENGINE
from tests.machine import BooksMachine, open_world, statements_of_verify

RUNS = int(os.environ.get("CHANGKE_RUNS", "300" if ENGINE == "sqlite" else "50"))  # `make soak`: 50,000
SEED = int(os.environ.get("CHANGKE_SEED", "2026"))
STEPS = 26
FIRED = 200  # each rule, in 300 runs


def trade(runs: int) -> Counter[str]:
    """So many full runs (some, hypothesis ends early), and up to as many more until each rule fired often; how often each did."""
    fired = BooksMachine.fired
    fired.clear()
    for portion in count():
        chosen = settings(
            max_examples=max(20, runs - fired["runs"]), stateful_step_count=STEPS, deadline=None, database=None,
            phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        run_state_machine_as_test(seed(SEED + portion)(BooksMachine), settings=chosen)
        often = runs < 300 or min(rules_of(fired).values()) >= FIRED
        if fired["runs"] >= (runs if often else runs * 2):
            break
    return fired


def rules_of(fired: Counter[str]) -> Counter[str]:
    """How often each rule fired, also where it was refused."""
    rules = Counter[str]()
    for name, times in fired.items():
        if name not in {"runs", "steps"}:
            rules[name.removesuffix(", refused")] += times
    return rules


@pytest.fixture
def machine(shop: Cast) -> Iterator[None]:
    """The machine in this test's shop."""
    BooksMachine.world = open_world(shop)
    BooksMachine.checks = statements_of_verify()
    yield
    BooksMachine.checks = []


@pytest.mark.usefixtures("machine")
@pytest.mark.timeout(0)
def test_after_each_step_the_books_are_what_the_model_says(record_property: Callable[[str, object], None]) -> None:
    fired = trade(RUNS)
    runs, steps = fired.pop("runs"), fired.pop("steps")
    told = ", ".join(f"{name} {times}" for name, times in sorted(fired.items()))
    record_property("books machine", f"{runs} runs, {steps} steps: {told}")
    rules = rules_of(fired)
    assert runs >= RUNS
    assert len(rules) == 29
    assert RUNS < 300 or min(rules.values()) >= FIRED


@pytest.mark.usefixtures("machine")
def test_a_coupon_that_can_be_used_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    table: Any = Coupon.__table__
    used = {
        "state": "redeemed",
        "redeemed_at": bindparam("now"),
        "order_id": bindparam("order"),
        "saved": bindparam("fen"),
    }
    careless = update(table).where(table.c.id == bindparam("coupon")).values(**used)
    monkeypatch.setattr(redeeming, "_REDEEM", careless.returning(table.c.template_id, table.c.member_id))
    with pytest.raises(AssertionError, match="only the model refuses"):
        trade(300)


@pytest.mark.usefixtures("machine")
def test_points_that_a_refund_forgets_to_take_back_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(session: Any, member_id: int, _points: int, **_more: Any) -> Any:
        return loyalty.open_earning(session, member_id, 0)

    monkeypatch.setattr(loyalty, "claw_back", forget)
    with pytest.raises(AssertionError, match="points"):
        trade(300)
