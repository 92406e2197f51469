"""Coupons as programs see them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.browse import body
from tests.cast import Cast
from tests.couponing import OFF_20, free_item, give_coupon, make_template
from tests.selling import Till, open_till
from tests.webapp.test_api_scans import Phone


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def call(till: Till, method: str, path: str, sent: Any = None, *scopes: str) -> Any:
    headers = till.shop.token(*scopes) | {"Idempotency-Key": str(uuid4())}
    return till.shop.client().open(f"/api/v1{path}", method=method, json=sent, headers=headers)


def test_a_template_is_made_listed_changed_and_put_away(till: Till) -> None:
    made = call(till, "POST", "/coupon-templates", OFF_20 | {"scope": {"weekdays": [0, 1], "from": "09:00"}})
    assert made.status_code == 201, made.text
    told = body(made)
    assert (told["value"], told["stack_group"], told["scope"]["from"], told["scope"]["to"]) == (
        "20.00",
        "满减",
        "09:00",
        "24:00",
    )
    path = f"/coupon-templates/{told['id']}"
    assert body(call(till, "PATCH", path, {"stock": 5, "paused": True}))["paused"] is True
    assert body(call(till, "GET", path))["stock"] == 5
    assert [each["id"] for each in body(call(till, "GET", "/coupon-templates?state=paused"))["items"]] == [told["id"]]
    assert body(call(till, "PATCH", path, {"archived": True}))["archived"] is True
    assert body(call(till, "GET", "/coupon-templates?state=open"))["items"] == []


def test_bad_templates_are_told_beside_their_fields(till: Till) -> None:
    wrong = call(till, "POST", "/coupon-templates", OFF_20 | {"value": "200.00", "public_code": "小"})
    assert (wrong.status_code, set(body(wrong)["errors"])) == (422, {"public_code"})
    wrong = call(till, "POST", "/coupon-templates", OFF_20 | {"value": "200.00"})
    assert (wrong.status_code, set(body(wrong)["errors"])) == (422, {"value"})


@pytest.mark.parametrize("way", [{"claimable": True}, {"public_code": "CAKE88"}, {"welcome": True}])
def test_what_members_take_by_themselves_says_how_many_each(till: Till, way: dict[str, Any]) -> None:
    wrong = call(till, "POST", "/coupon-templates", OFF_20 | way)
    assert (wrong.status_code, list(body(wrong)["errors"])) == (422, ["per_member"])
    assert call(till, "POST", "/coupon-templates", OFF_20 | way | {"per_member": 1}).status_code == 201


def test_what_a_template_costs_and_its_public_code_are_for_who_writes_templates(till: Till) -> None:
    template = make_template(till.shop, public_code="CAKE88", cost="6.50")
    one, listed = f"/coupon-templates/{template}", "/coupon-templates?q=cake88"
    told = body(call(till, "GET", one, None, "coupon_templates:change", "coupons:read"))
    assert (told["public_code"], told["cost"]) == ("CAKE88", "6.50")
    assert len(body(call(till, "GET", listed, None, "coupon_templates:change", "coupons:read"))["items"]) == 1
    for seen in (body(call(till, "GET", one, None, "coupons:read")), body(till.browser.api("GET", f"/api/v1{one}"))):
        assert (seen["name"], {"public_code", "cost"} & seen.keys()) == ("满100减20", set())
    assert body(call(till, "GET", listed, None, "coupons:read"))["items"] == []
    assert "CAKE88" in till.shop.browser("owner").get(f"/staff/coupons/{template}").text
    assert "CAKE88" not in till.browser.get(f"/staff/coupons/{template}").text


def test_a_coupon_is_issued_listed_and_withdrawn(till: Till) -> None:
    template, path = make_template(till.shop, per_member=1), f"/members/{till.member.id}/coupons"
    issued = body(call(till, "POST", path, {"template": str(template), "reason": "赔个不是"}))
    assert (issued["state"], issued["source"], issued["kind"]) == ("usable", "manual", "threshold_off")
    again = call(till, "POST", path, {"template": str(template)})
    assert (again.status_code, body(again)["code"]) == (409, "coupons_none_left")
    assert [each["code"] for each in body(call(till, "GET", path + "?state=usable"))["items"]] == [issued["code"]]
    assert call(till, "POST", f"/coupons/{issued['code']}/revocations", {"reason": "发错"}).status_code == 201
    assert body(call(till, "GET", f"/coupons/{issued['code']}"))["state"] == "revoked"


def test_issuing_by_hand_needs_its_own_permission_and_a_public_code_does_not(till: Till) -> None:
    template, path = make_template(till.shop, public_code="CAKE88"), f"/members/{till.member.id}/coupons"
    assert call(till, "POST", path, {"template": str(template)}, "coupons:redeem").status_code == 403
    assert call(till, "POST", path, {"public_code": "CAKE88"}, "coupons:redeem").status_code == 201
    assert call(till, "POST", path, {}).status_code == 422


def test_a_scan_for_a_sale_before_redeems_no_coupon(till: Till) -> None:
    _, code = give_coupon(till.shop, till.member, free_item(till.products["拿铁"]))
    store, path = str(till.shop.east.id), f"/api/v1/coupons/{code}/redemptions"
    proof = body(till.browser.api("POST", "/api/v1/scans", {"code": Phone(till).code(), "store": store}))["id"]
    till.sell(till.line("提拉米苏"), member=till.member)
    done = till.browser.api("POST", path, {"store": store, "proof": proof})
    assert (done.status_code, body(done)["code"]) == (403, "member_proof_required")


def test_a_free_item_is_redeemed_once_and_undone_by_its_address(till: Till) -> None:
    _, code = give_coupon(till.shop, till.member, free_item(till.products["拿铁"]))
    store, path = str(till.shop.east.id), f"/api/v1/coupons/{code}/redemptions"
    without = till.browser.api("POST", path, {"store": store})
    assert (without.status_code, body(without)["code"]) == (403, "member_proof_required")
    proof = body(till.browser.api("POST", "/api/v1/scans", {"code": Phone(till).code(), "store": store}))["id"]
    done = till.browser.api("POST", path, {"store": store, "proof": proof})
    assert (done.status_code, body(done)["saved"]) == (201, "22.00")
    again = till.browser.api("POST", path, {"store": store, "proof": proof})
    assert (again.status_code, body(again)["code"]) == (409, "coupon_unusable")
    undone = call(till, "DELETE", f"/coupons/{code}/redemptions/{body(done)['id']}")
    assert (undone.status_code, body(undone)["coupon"]["state"]) == (200, "usable")
    assert call(till, "DELETE", f"/coupons/{code}/redemptions/{body(done)['id']}").status_code == 409


def test_what_takes_off_a_cart_needs_one(till: Till) -> None:
    _, code = give_coupon(till.shop, till.member)
    answer = call(till, "POST", f"/coupons/{code}/redemptions", {"store": str(till.shop.east.id)})
    assert (answer.status_code, body(answer)["code"]) == (409, "needs_cart")


def test_unknown_codes_are_not_found_and_counted(till: Till) -> None:
    answers = [till.browser.api("GET", "/api/v1/coupons/AAAA-AAAA-AAAA").status_code for _ in range(31)]
    assert (answers[0], answers[-1]) == (404, 429)


def test_a_member_claims_and_sees_the_own_codes(till: Till) -> None:
    template, phone = make_template(till.shop, claimable=True), till.shop.phone(till.member)
    taken = phone.api("POST", "/api/v1/me/coupons", {"template": str(template)})
    assert taken.status_code == 201, taken.text
    assert [
        each["code"]
        for each in body(phone.get("/api/v1/me/coupons", headers={"X-CSRFToken": phone.form_token}))["items"]
    ] == [body(taken)["code"]]
    assert phone.api("POST", "/api/v1/me/coupons", {"template": str(make_template(till.shop))}).status_code == 404
