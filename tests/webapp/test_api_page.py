"""The OpenAPI page says what the API does: every route, every body, every list, every key."""

import warnings
from typing import Any

from flask import Flask

from tests.browse import body
from tests.cast import Cast
from tests.selling import open_till
from webapp import create_app

WRITES = ("post", "put", "patch", "delete")
UNKEYED = {
    "/staff/password",
    "/quotes",
    "/orders/{order_id}/refund-preview",
    "/members/{member_id}/merge-preview",
    "/staff/step-up",
    "/tokens",
    "/me/presence",
    "/minors-audits",
    "/members/{member_id}/family-reveals",
    "/segments/preview",
}  # they store nothing, or answer with a secret or more than is kept
WITHOUT_BODY = {
    "/imports/{import_id}/run", "/imports/{import_id}/undo",
    "/approvals/{approval_id}/approve", "/approvals/{approval_id}/withdraw", "delete /shop-devices/{shop_device_id}", "delete /staff/pin",
    "/me/misuse-reports", "/me/presence-codes", "/members/{member_id}/reveals", "delete /me/consents", "delete /me/consents/{kind}",
    "delete /members/{member_id}/consents/{kind}", "/me/codes", "/members/{member_id}/sign-in-codes", "/me/messages/read",
    "/merges/{merge_id}/undoings",
    "/staff/{staff_id}/recovery-codes", "/members/{member_id}/family-reveals", "/members/{member_id}/family-stops", "/me/family-stops",
    "/members/{member_id}/children/{child_id}/quiet", "/me/children/{child_id}/quiet", "/me/children/{child_id}/due-doses",
    "/members/{member_id}/children/{child_id}/due-doses", "delete /me/children/{child_id}",
    "delete /members/{member_id}/children/{child_id}", "delete /me/pregnancies/{pregnancy_id}",
    "delete /members/{member_id}/pregnancies/{pregnancy_id}",
    "/me/messages/{message_id}/read", "/me/devices/{handle}", "/coupons/{code}/redemptions/{redemption_id}",
    "delete /me/household", "/me/household/people/{person_id}/pause", "delete /me/household/people/{person_id}",
    "/me/household/invitations/{invitation_id}", "delete /members/{member_id}/household/people/{person_id}",
    "/members/{member_id}/wallet-pin", "/parked-carts/{parked_id}/takings", "/me/sessions", "/me/sessions/{session_id}",
    "/sessions/{session_id}", "/staff/sessions/{session_id}",
    "/forms/{form_id}/versions", "delete /forms/{form_id}/versions", "delete /forms/{form_id}/links/{form_link_id}",
    "/forms/{form_id}/submissions/{proposal_id}/refusal",
    "delete /members/{member_id}/interactions/{interaction_id}", "delete /members/{member_id}/tags/{tag_id}",
    "delete /roles/{role_id}", "delete /tokens/{token_id}", "delete /staff/{staff_id}/own-card",
    "delete /passkeys/{passkey_id}", "delete /me/passkeys/{passkey_id}", "delete /staff/passkeys/{passkey_id}",
}  # fmt: skip


def operations(app: Flask) -> dict[tuple[str, str], Any]:
    paths = body(app.test_client().get("/api/v1/openapi.json"))["paths"]
    return {
        (path.removeprefix("/api/v1"), method): told
        for path, methods in paths.items()
        for method, told in methods.items()
        if method != "parameters"
    }


def test_every_route_stands_on_the_page(app: Flask) -> None:
    told = {(path.replace("{", "<").replace("}", ">"), method) for path, method in operations(app)}
    routes = {
        (rule.rule.removeprefix("/api/v1").replace("int:", ""), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and "openapi" not in rule.rule
    }
    assert told == routes


def test_every_write_tells_its_body_and_asks_for_a_key_but_a_quote(app: Flask) -> None:
    for (path, method), told in operations(app).items():
        asked = {parameter["name"] for parameter in told.get("parameters", [])}
        assert ("Idempotency-Key" in asked) == (method in WRITES and path not in UNKEYED), path
        has_body = method in WRITES and not {path, f"{method} {path}"} & WITHOUT_BODY
        assert ("requestBody" in told) == has_body, (path, method)


def test_every_answer_has_a_shape_and_every_refusal_too(app: Flask) -> None:
    for (path, _method), told in operations(app).items():
        assert set(told["responses"]) & {"200", "201", "202", "204"}, path
        assert list(told["responses"]["default"]["content"]) == ["application/problem+json"]


def test_two_schemas_never_share_a_name(environ: dict[str, str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        create_app(environ)


def test_a_member_reads_the_own_points_page_by_page(shop: Cast) -> None:
    till = open_till(shop)
    for _ in range(3):
        till.sell(till.line("提拉米苏"), member=till.member)
    phone = shop.phone(till.member)
    first = body(phone.get("/api/v1/me/points?limit=2", headers={"X-CSRFToken": phone.form_token}))
    rest = body(
        phone.get(f"/api/v1/me/points?limit=2&cursor={first['next']}", headers={"X-CSRFToken": phone.form_token})
    )
    assert (first["balance"], len(first["items"]), len(rest["items"]), rest["next"]) == (9, 2, 1, None)
    assert [each["balance_after"] for each in first["items"] + rest["items"]] == [9, 6, 3]
    assert phone.api("GET", "/api/v1/me/points?cursor=x").status_code == 422
    assert shop.browser("owner").api("GET", "/api/v1/me/points").status_code == 401


def test_a_shelf_is_renamed_and_moved(shop: Cast) -> None:
    owner = shop.browser("owner")
    made = body(owner.api("POST", "/api/v1/categories", {"name": "切件"}))
    path = f"/api/v1/categories/{made['id']}"
    assert body(owner.api("PATCH", path, {"name": "切块"})) == made | {"name": "切块"}
    assert body(owner.api("PATCH", path, {"sort": 7})) == made | {"name": "切块", "sort": 7}
    assert body(owner.api("GET", path))["name"] == "切块"
    owner.api("POST", "/api/v1/categories", {"name": "饮品"})
    assert owner.api("PATCH", path, {"name": "饮品"}).status_code == 422
    assert owner.api("PATCH", "/api/v1/categories/99", {"name": "饮品"}).status_code == 404
    assert shop.browser("cashier").api("PATCH", path, {"sort": 1}).status_code == 403


def test_one_setting_is_read_alone(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert body(owner.api("GET", "/api/v1/settings/points.step")) == {
        "name": "points.step", "kind": "money", "group": "points", "value": "10.00", "default": "10.00",
    }  # fmt: skip
    assert owner.api("GET", "/api/v1/settings/nothing").status_code == 404


def test_a_member_reads_one_message_and_nobody_elses(shop: Cast) -> None:
    till = open_till(shop)
    till.sell(till.line("拿铁"), member=till.member)
    phone = shop.phone(till.member)
    (message,) = body(phone.api("GET", "/api/v1/me/messages"))["items"]
    assert body(phone.api("GET", f"/api/v1/me/messages/{message['id']}")) == message
    assert phone.api("GET", "/api/v1/me/messages/99").status_code == 404
