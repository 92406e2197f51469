"""Topping up in tests: a till whose member has something in the wallet."""

from typing import Any

from werkzeug.test import TestResponse

from services.checkout.commands.top_up_plans import create_top_up_plan
from services.shared import database
from services.wallet.models import TopUpPlan
from tests.browse import Browser, body
from tests.selling import Till

PLAIN: dict[str, Any] = {"name": "", "points": 0, "template_id": None, "coupons": 0, "per_member": None, "stores": []}


def offer(till: Till, amount: int = 30000, bonus: int = 5000, **more: Any) -> TopUpPlan:
    """A plan: 充 300 送 50 unless told otherwise."""
    with database.transaction() as session:
        data = PLAIN | {"amount": amount, "bonus": bonus} | more
        return create_top_up_plan(session, data, actor=till.shop.owner, at=till.shop.at)


def ask_top_up(till: Till, browser: Browser | None = None, *, key: str | None = None, **more: Any) -> TestResponse:
    """POST /members/{id}/wallet/top-ups: ¥300 in cash unless told otherwise."""
    amount = more.pop("amount", "300.00")
    wanted = {
        "store": str(till.shop.east.id),
        "amount": amount,
        "tenders": [{"kind": "wechat", "amount": amount}],
    } | more
    return (browser or till.browser).api("POST", f"/api/v1/members/{till.member.id}/wallet/top-ups", wanted, key)


def pay_in(till: Till, **more: Any) -> Any:
    """A top-up that was taken."""
    answer = ask_top_up(till, **more)
    assert answer.status_code == 201, answer.text
    return body(answer)
