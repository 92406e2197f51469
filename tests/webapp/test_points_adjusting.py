"""The page on which a manager gives or takes points."""

import pytest
from werkzeug.test import TestResponse

from services.loyalty.queries import get_balance
from services.shared import database
from tests.cast import Cast
from tests.selling import Till, open_till


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def balance(till: Till) -> int:
    with database.reading() as session:
        return get_balance(session, till.member.id)


def adjust(till: Till, role: str = "manager", **fields: str) -> TestResponse:
    page = f"/staff/members/{till.member.id}/points/adjust"
    return till.shop.browser(role).post(page, **{"way": "give", "amount": "20", "reason": "上次漏记了", **fields})


def test_points_are_given_and_taken_with_a_reason(till: Till) -> None:
    before = balance(till)
    assert adjust(till).status_code == 303
    assert adjust(till, way="take", amount="5", reason="多记了").status_code == 303
    assert balance(till) == before + 15
    ledger = till.shop.browser("manager").get(f"/staff/members/{till.member.id}/points").text
    assert "上次漏记了" in ledger
    assert "/points/adjust" in ledger


@pytest.mark.parametrize(("wrong", "field"), [
    ({"amount": ""}, "amount"), ({"amount": "一百"}, "amount"), ({"amount": "0"}, "amount"), ({"reason": ""}, "reason"),
    ({"way": "take", "amount": "99999"}, "amount"), ({"amount": "10001"}, "amount"),
])  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(till: Till, wrong: dict[str, str], field: str) -> None:
    answer = adjust(till, **wrong)
    assert answer.status_code == 422
    assert f'id="f-{field}-err"' in answer.text
    typed = next(iter(wrong.values()))
    assert not typed or typed in answer.text


def test_a_cashier_adjusts_no_points(till: Till) -> None:
    assert adjust(till, "cashier").status_code == 403
    assert "/points/adjust" not in till.browser.get(f"/staff/members/{till.member.id}/points").text
