"""Hiring, moving and letting go by program or page script, under the same rules as in the staff app."""

from functools import partial
from typing import Any

from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.webapp.test_orders_at_once import at_once

NEW = {"username": "xiaoyu", "name": "小雨", "password": "sweet-rain-2026", "role": "cashier"}


def hire(browser: Browser, **more: object) -> dict[str, object]:
    """Somebody new in every store."""
    made = browser.api("POST", "/api/v1/staff", NEW | {"all_stores": True} | more)
    assert made.status_code == 201, made.text
    return dict(body(made))


def test_somebody_is_hired_moved_and_let_go(shop: Cast) -> None:
    owner = shop.browser("owner")
    person = hire(owner)
    assert (person["name"], person["stores"], person["disabled"]) == ("小雨", None, False)
    path = f"/api/v1/staff/{person['id']}"
    moved = body(owner.api("PATCH", path, {"role": "kitchen", "stores": [str(shop.south.id)]}))
    assert (moved["name"], moved["role"], moved["stores"]) == ("小雨", "kitchen", [str(shop.south.id)])
    assert body(owner.api("PATCH", path, {"disabled": True}))["disabled"] is True
    kept = body(owner.api("PATCH", path, {"name": "雨"}))
    assert (kept["name"], kept["role"], kept["disabled"]) == ("雨", "kitchen", True)
    assert body(owner.api("PATCH", path, {"disabled": False, "all_stores": True}))["stores"] is None
    assert person["id"] in {each["id"] for each in body(owner.api("GET", "/api/v1/staff"))["items"]}


def test_a_new_password_counts_at_once(shop: Cast) -> None:
    owner, cashier = shop.browser("owner"), shop.browser("cashier")
    path = f"/api/v1/staff/{shop.staff['cashier'].id}/password"
    assert owner.api("POST", path, {"password": "short"}).status_code == 422
    assert owner.api("POST", path, {"password": "a-new-password"}).status_code == 204
    assert cashier.get("/staff/more").status_code == 303  # at the door


def test_what_the_app_refuses_is_refused_here(shop: Cast) -> None:
    owner, cashier = shop.browser("owner"), shop.browser("cashier")
    assert owner.api("POST", "/api/v1/staff", NEW).status_code == 422  # in no store
    assert owner.api("POST", "/api/v1/staff", NEW | {"all_stores": True, "role": "emperor"}).status_code == 422
    own = f"/api/v1/staff/{shop.staff['owner'].id}"
    assert body(owner.api("PATCH", own, {"disabled": True}))["code"] == "own_account"
    assert body(owner.api("PATCH", own, {"role": "cashier"}))["code"] == "last_owner"
    assert cashier.api("POST", "/api/v1/staff", NEW | {"all_stores": True}).status_code == 403
    assert owner.api("GET", "/api/v1/staff/999").status_code == 404
    assert PASSWORD not in owner.api("GET", "/api/v1/staff").text


def test_two_who_change_different_things_at_once_both_get_their_way(shop: Cast) -> None:
    people = [shop.browser("owner"), shop.browser("owner")]
    path, roles = f"/api/v1/staff/{shop.staff['cashier'].id}", ("kitchen", "cashier")
    for turn in range(60):
        changes: list[dict[str, Any]] = [{"name": f"小林{turn}"}, {"role": roles[turn % 2]}]
        answers = at_once(partial(_send, people, path, changes), 2)
        assert [each.status_code for each in answers] == [200, 200]
        now = body(people[0].api("GET", path))
        assert (now["name"], now["role"]) == (f"小林{turn}", roles[turn % 2])


def _send(people: list[Browser], path: str, changes: list[dict[str, Any]], place: int) -> Any:
    return people[place].api("PATCH", path, changes[place])
