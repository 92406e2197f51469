"""The API of stores and settings, as a program sees it."""

from uuid import uuid4

from tests.browse import body
from tests.cast import Cast


def keyed(headers: dict[str, str]) -> dict[str, str]:
    """`headers` with a fresh idempotency key."""
    return headers | {"Idempotency-Key": str(uuid4())}


def test_without_a_token_nothing_is_told(shop: Cast) -> None:
    answer = shop.client().get("/api/v1/stores")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert body(answer)["code"] == "unauthorized"


def test_a_token_lists_the_stores(shop: Cast) -> None:
    answer = shop.client().get("/api/v1/stores", headers=shop.token("stores:read"))
    assert [store["code"] for store in body(answer)["items"]] == ["A1", "A2"]


def test_a_token_without_the_scope_is_refused(shop: Cast) -> None:
    store = {"code": "A3", "name": "西湖店"}
    answer = shop.client().post("/api/v1/stores", json=store, headers=keyed(shop.token("stores:read")))
    assert answer.status_code == 403


def test_a_store_is_opened_once_for_one_key(shop: Cast) -> None:
    headers, client = keyed(shop.token()), shop.client()
    first = client.post("/api/v1/stores", json={"code": "A3", "name": "西湖店"}, headers=headers)
    again = client.post("/api/v1/stores", json={"code": "A3", "name": "西湖店"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert body(first) == body(again)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_key_used_for_another_body_is_refused(shop: Cast) -> None:
    headers, client = keyed(shop.token()), shop.client()
    client.post("/api/v1/stores", json={"code": "A3", "name": "西湖店"}, headers=headers)
    answer = client.post("/api/v1/stores", json={"code": "A4", "name": "北湖店"}, headers=headers)
    assert (answer.status_code, body(answer)["code"]) == (422, "idempotency_key_reused")


def test_a_write_without_a_key_is_refused(shop: Cast) -> None:
    answer = shop.client().post("/api/v1/stores", json={"code": "A3", "name": "x"}, headers=shop.token())
    assert (answer.status_code, body(answer)["code"]) == (400, "idempotency_key_missing")


def test_bad_input_is_told_beside_its_field(shop: Cast) -> None:
    answer = shop.client().post("/api/v1/stores", json={"code": "a-1"}, headers=keyed(shop.token()))
    assert answer.status_code == 422
    assert set(body(answer)["errors"]) == {"code", "name"}


def test_settings_are_read_by_their_own_type(shop: Cast) -> None:
    headers = shop.token()
    bad = shop.client().patch("/api/v1/settings", json={"points.step": "viel"}, headers=keyed(headers))
    assert (bad.status_code, list(body(bad)["errors"])) == (422, ["points.step"])
    good = shop.client().patch("/api/v1/settings", json={"points.step": "5.00"}, headers=keyed(headers))
    assert good.status_code == 200
    items = body(shop.client().get("/api/v1/settings", headers=headers))["items"]
    assert {item["name"]: item["value"] for item in items}["points.step"] == "5.00"


def test_our_own_staff_app_needs_the_form_token(shop: Cast) -> None:
    browser, store = shop.browser("owner"), {"code": "A3", "name": "西湖店"}
    forged = browser.client.post("/api/v1/stores", json=store, headers={"Idempotency-Key": str(uuid4())})
    assert (forged.status_code, body(forged)["code"]) == (400, "form_expired")
    assert browser.api("POST", "/api/v1/stores", store).status_code == 201


def test_a_cashier_sees_only_the_own_store(shop: Cast) -> None:
    answer = shop.browser("cashier").get("/api/v1/stores")
    assert [store["code"] for store in body(answer)["items"]] == ["A1"]


def test_a_store_is_closed_and_opened_again(shop: Cast) -> None:
    browser, path = shop.browser("owner"), f"/api/v1/stores/{shop.south.id}"
    assert body(browser.api("PATCH", path, {"archived": True}))["archived"] is True
    assert body(browser.api("PATCH", path, {"archived": False}))["archived"] is False
    assert browser.api("PATCH", path, {"archived": ["maybe"]}).status_code == 422
