"""The API of tills, as a program sees it."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.audit.models import AuditEntry
from services.shared import database
from tests.browse import Browser, body
from tests.cast import Cast

FLOAT = {"name": "收银台", "opening_float": "300.00"}


@pytest.fixture
def cashier(shop: Cast) -> Browser:
    return shop.browser("cashier")


def opened(shop: Cast, browser: Browser) -> str:
    """A shift that is open; its id."""
    answer = browser.api("POST", "/api/v1/tills", FLOAT | {"store": str(shop.east.id)})
    assert answer.status_code == 201, answer.text
    return str(body(answer)["id"])


def test_a_shift_runs_from_float_to_count(shop: Cast, cashier: Browser) -> None:
    path = f"/api/v1/tills/{opened(shop, cashier)}"
    entry = {"kind": "out", "amount": "20.00", "reason": "付快递费"}
    assert body(cashier.api("POST", f"{path}/entries", entry))["amount"] == "-20.00"
    count = {"pieces": {"100": 2, "50": 1, "20": 1, "10": 1}, "counted": {"wechat": "0.00"}}
    closed = body(cashier.api("POST", f"{path}/closings", count))
    assert (closed["state"], closed["counted"]["cash"], closed["expected"]) == ("closed", "280.00", None)
    assert [each["reason"] for each in body(cashier.get(f"{path}/entries"))["items"]] == ["付快递费"]


def test_only_auditors_are_told_what_should_be_there(shop: Cast, cashier: Browser) -> None:
    path = f"/api/v1/tills/{opened(shop, cashier)}"
    assert body(cashier.get(path))["expected"] is None
    assert body(shop.browser("manager").get(path))["expected"]["cash"] == "300.00"
    client = shop.client()
    assert body(client.get(path, headers=shop.token("tills:read")))["expected"] is None
    assert body(client.get(path, headers=shop.token("tills:read", "tills:audit")))["expected"]["cash"] == "300.00"


def test_a_difference_is_asked_about_beside_its_field(shop: Cast, cashier: Browser) -> None:
    path = f"/api/v1/tills/{opened(shop, cashier)}/closings"
    refused = cashier.api("POST", path, {"counted": {"cash": "299.00"}})
    assert (refused.status_code, body(refused)["code"], list(body(refused)["errors"])) == (
        422,
        "reason_needed",
        ["reason"],
    )
    told = cashier.api("POST", path, {"counted": {"cash": "299.00"}, "reason": "找错"})
    assert told.status_code == 201
    again = cashier.api("POST", path, {"counted": {"cash": "299.00"}, "reason": "找错"})
    assert (again.status_code, body(again)["code"]) == (409, "shift_over")


def test_who_counts_blind_cannot_try_until_it_fits(shop: Cast, cashier: Browser) -> None:
    path = f"/api/v1/tills/{opened(shop, cashier)}/closings"
    for cash in ("297.00", "298.00", "299.00"):
        assert cashier.api("POST", path, {"counted": {"cash": cash}}).status_code == 422
    right = cashier.api("POST", path, {"counted": {"cash": "300.00"}})
    assert (right.status_code, list(body(right)["errors"]), "点了几次都对不上" in str(body(right))) == (
        422,
        ["reason"],
        True,
    )
    assert cashier.api("POST", path, {"counted": {"cash": "299.00"}, "reason": "找错"}).status_code == 201
    with database.reading() as session:
        told = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "tills:miss").order_by(AuditEntry.id)
        ).all()
    assert [(each.changes, each.actor_name) for each in told] == [
        ({"cash": fen, "counted": fen}, "小林") for fen in (29700, 29800, 29900)
    ]
    log = re.sub(r"<[^>]+>", "", shop.browser("owner").get("/staff/audit").text)
    assert ("点数对不上" in log, "297.00" in log) == (True, True)


def test_a_right_count_at_the_third_try_closes_and_is_answered_again(shop: Cast, cashier: Browser) -> None:
    path, key = f"/api/v1/tills/{opened(shop, cashier)}/closings", str(uuid4())
    for cash in ("298.00", "299.00"):
        assert cashier.api("POST", path, {"counted": {"cash": cash}}).status_code == 422
    first, again = (cashier.api("POST", path, {"counted": {"cash": "300.00"}}, key) for _ in range(2))
    assert (first.status_code, again.status_code, body(first)) == (201, 201, body(again))


def test_who_sees_what_should_be_there_counts_as_often_as_they_like(shop: Cast, cashier: Browser) -> None:
    path, manager = f"/api/v1/tills/{opened(shop, cashier)}/closings", shop.browser("manager")
    for _each in range(5):
        assert manager.api("POST", path, {"counted": {"cash": "299.00"}}).status_code == 422
    assert manager.api("POST", path, {"counted": {"cash": "300.00"}}).status_code == 201


def test_the_same_closing_sent_twice_is_one(shop: Cast, cashier: Browser) -> None:
    path, key = f"/api/v1/tills/{opened(shop, cashier)}/closings", str(uuid4())
    first, again = (cashier.api("POST", path, {"counted": {"cash": "300.00"}}, key) for _ in range(2))
    assert (first.status_code, body(first)) == (again.status_code, body(again))


@pytest.mark.parametrize(
    ("count", "field"),
    [
        ({}, "counted.cash"),
        ({"counted": {"cash": "1.00"}, "pieces": {"100": 3}}, "counted.cash"),
        ({"pieces": {"3": 3}}, "pieces"),
        ({"pieces": {"100": "many"}}, "pieces"),
        ({"pieces": [100]}, "pieces"),
        ({"counted": {"cash": "-1.00"}}, "counted.cash"),
        ({"counted": "much"}, "counted._schema"),
    ],
)
def test_a_count_that_cannot_be_is_told(shop: Cast, cashier: Browser, count: object, field: str) -> None:
    answer = cashier.api("POST", f"/api/v1/tills/{opened(shop, cashier)}/closings", count)
    assert (answer.status_code, list(body(answer)["errors"])) == (422, [field])


def test_a_list_is_filtered(shop: Cast, cashier: Browser) -> None:
    shift = opened(shop, cashier)
    for state, ids in (("open", [shift]), ("closed", []), ("", [shift])):
        assert [each["id"] for each in body(cashier.get(f"/api/v1/tills?state={state}"))["items"]] == ids
    assert cashier.get(f"/api/v1/tills?store={shop.south.id}").status_code == 404
    assert cashier.get("/api/v1/tills?state=shells").status_code == 422


def test_another_stores_shift_does_not_exist(shop: Cast, cashier: Browser) -> None:
    path, southern = f"/api/v1/tills/{opened(shop, cashier)}", shop.browser("southern")
    assert southern.get(path).status_code == 404
    assert southern.get(f"{path}/entries").status_code == 404
    assert southern.api("POST", f"{path}/closings", {"counted": {"cash": "300.00"}}).status_code == 404
    assert southern.api("POST", "/api/v1/tills", FLOAT | {"store": str(shop.east.id)}).status_code == 422
    assert body(southern.get("/api/v1/tills"))["items"] == []


def test_the_kitchen_touches_no_till(shop: Cast, cashier: Browser) -> None:
    opened(shop, cashier)
    kitchen = shop.browser("kitchen")
    assert kitchen.get("/api/v1/tills").status_code == 403
    assert kitchen.api("POST", "/api/v1/tills", FLOAT | {"store": str(shop.east.id)}).status_code == 403
