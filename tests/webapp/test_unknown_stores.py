"""Whatever names a store in what is sent: one that there is not is a mistake beside its field, never an error of ours."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema

from services.shared import database
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from tests.browse import Browser, body
from tests.cast import Cast
from tests.couponing import free_item, give_coupon
from tests.forming import STARS, hang_up
from tests.selling import Till, open_till

NOWHERE = "4711"


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop, "owner")


def takers(app: Flask) -> Iterator[tuple[str, str]]:
    """Every way of the API that takes a `store` in its body."""
    for rule in app.url_map.iter_rules():
        told = getattr(app.view_functions[rule.endpoint], "_apidoc", {})
        for each in told.get("arguments", {}).get("parameters", []):
            schema = each["schema"] if isinstance(each["schema"], Schema) else each["schema"]()
            if "store" in schema.fields:
                yield from ((method, rule.rule) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"})


def requests(till: Till) -> dict[tuple[str, str], tuple[str, dict[str, Any]]]:
    """One sound request for each of them, but for its store."""
    member, paid = f"/api/v1/members/{till.member.id}", [{"kind": "cash", "amount": "50.00"}]
    form = f"/api/v1/forms/{hang_up(till.shop, STARS, kind='survey').form_id}/links"
    coupon = give_coupon(till.shop, till.member, free_item(till.products["拿铁"]))[1]
    told: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
        ("POST", "/api/v1/quotes"): ("", {"lines": [till.line("拿铁")]}),
        ("POST", "/api/v1/scans"): ("", {"code": "6901234567892"}),
        ("POST", "/api/v1/proofs"): ("", {"member": str(till.member.id), "way": "app", "amount": "5.00"}),
        ("POST", "/api/v1/audit/exports"): ("", {"reason": "对账"}),
        ("POST", "/api/v1/parked-carts"): ("", {"label": "靠窗", "pieces": 1, "cart": {}}),
        ("POST", "/api/v1/shop-devices/codes"): ("", {"name": "前台手机"}),
        ("POST", "/api/v1/tills"): ("", {"name": "收银台", "opening_float": "300.00"}),
        ("POST", "/api/v1/forms/<int:form_id>/links"): (form, {"label": "门口", "source": "walk_in"}),
        ("POST", "/api/v1/members"): ("", {"phone": "13912345678"}),
        ("PATCH", "/api/v1/members/<int:member_id>"): (member, {}),
        ("POST", "/api/v1/members/<int:member_id>/interactions"): (f"{member}/interactions", {"kind": "note", "words": "来过"}),
        ("POST", "/api/v1/members/<int:member_id>/wallet/top-ups"): (
            f"{member}/wallet/top-ups", {"amount": "50.00", "tenders": paid},
        ),
        ("POST", "/api/v1/members/<int:member_id>/wallet/payouts"): (f"{member}/wallet/payouts", {"reason": "搬家"}),
        ("POST", "/api/v1/coupons/<code>/redemptions"): (f"/api/v1/coupons/{coupon}/redemptions", {"proof": "p_1"}),
    }  # fmt: skip
    return {way: (path or way[1], sent) for way, (path, sent) in told.items()}


def test_every_way_that_takes_a_store_is_asked_here(app: Flask, till: Till) -> None:
    assert set(takers(app)) == set(requests(till))


def test_a_store_that_there_is_not_is_a_mistake_beside_its_field(till: Till) -> None:
    for (method, rule), (path, sent) in requests(till).items():
        answer = till.browser.api(method, path, {**sent, "store": NOWHERE})
        # A coupon is used up with a proof, and there is none of a store that there is not.
        expected = (403, []) if rule.endswith("/redemptions") else (422, ["store"])
        assert (answer.status_code, list(body(answer).get("errors", {}))) == expected, (rule, body(answer))


def test_nothing_is_parked_and_no_till_opened_at_a_closed_store(till: Till, shop: Cast) -> None:
    closed = closed_store(shop.at)
    for path, sent in requests(till).values():
        if path in {"/api/v1/parked-carts", "/api/v1/tills"}:
            answer = till.browser.api("POST", path, {**sent, "store": closed})
            assert body(answer)["errors"] == {"store": ["这家门店已经关了"]}, path


def test_a_list_of_a_store_that_there_is_not_is_no_error_of_ours(app: Flask, till: Till) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and "GET" in (rule.methods or ()) and not rule.arguments:
            assert asked(till.browser, rule.rule) < 500, rule.rule


def asked(browser: Browser, path: str) -> int:
    return browser.get(path, query_string={"store": NOWHERE}).status_code


def closed_store(at: datetime) -> str:
    with database.transaction() as session:
        store = stores.create_store(session, {"code": "A3", "name": "西湖店"}, actor=SYSTEM, at=at)
        return str(stores.archive_store(session, store.id, actor=SYSTEM, at=at).id)
