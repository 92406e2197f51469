"""The API of members, as a program sees it."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.browse import body
from tests.cast import Cast

MEMBERS = "/api/v1/members"


def post(shop: Cast, data: Any, key: str = "", **headers: str) -> TestResponse:
    """Open a card by program."""
    return shop.client().post(
        MEMBERS, json=data, headers=(headers or shop.token()) | {"Idempotency-Key": key or str(uuid4())}
    )


def patch(shop: Cast, member_id: str, data: Any) -> TestResponse:
    """Change a member by program."""
    headers = shop.token() | {"Idempotency-Key": str(uuid4())}
    return shop.client().patch(f"{MEMBERS}/{member_id}", json=data, headers=headers)


def test_a_member_comes_out_in_the_shape_of_the_api(shop: Cast) -> None:
    birthday = {"calendar": "solar", "month": 5, "day": 20, "year": 1993}
    sent = {
        "phone": "13800138000",
        "name": "林小满",
        "birthday": birthday,
        "store": str(shop.east.id),
        "source": "walk_in",
    }
    answer = post(shop, sent)
    made = body(answer)
    assert answer.status_code == 201
    assert isinstance(made["id"], str)
    assert len(made["number"]) == 10
    assert made["birthday"] == birthday | {"leap": False}
    wanted = {"phone": "+8613800138000", "name": "林小满", "tier": None, "points": 0, "spent": "0.00"}
    assert made.items() >= (wanted | {"wallet": {"principal": "0.00", "bonus": "0.00"}}).items()
    assert body(shop.client().get(f"{MEMBERS}/{made['id']}", headers=shop.token())) == made


def test_one_key_opens_one_card(shop: Cast) -> None:
    headers, key = shop.token(), str(uuid4())
    first, again = (post(shop, {"phone": "13800138000"}, key, **headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert body(first) == body(again)


def test_an_existing_phone_is_a_conflict_that_names_the_member(shop: Cast) -> None:
    made = body(post(shop, {"phone": "13800138000"}))
    answer = post(shop, {"phone": "+86 138 0013 8000"})
    problem = body(answer)
    assert (answer.status_code, problem["code"], problem["member"]) == (409, "phone_taken", made["id"])
    assert list(problem["errors"]) == ["phone"]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, {"phone"}),
        ({"phone": 5}, {"phone"}),
        ({"phone": "13800138000", "gender": "x"}, {"gender"}),
        ({"phone": "13800138000", "source": "moon"}, {"source"}),
        ({"phone": "13800138000", "store": "77"}, {"store"}),
        ({"phone": "13800138000", "store": "9" * 18}, {"store"}),
        ({"phone": "13800138000", "birthday": {"month": 2}}, {"birthday.day"}),
        ({"phone": "13800138000", "birthday": {"month": 2, "day": 30}}, {"birthday.day"}),
        ({"phone": "13800138000", "birthday": {"month": 2, "day": 3, "year": 2030}}, {"birthday"}),
        ({"phone": "13800138000", "birthday": []}, {"birthday._schema"}),
        ({"phone": "13800138000", "name": "x" * 41}, {"name"}),
    ],
)
def test_bad_input_stands_beside_its_field(shop: Cast, data: dict[str, Any], wrong: set[str]) -> None:
    answer = post(shop, data)
    assert (answer.status_code, set(body(answer)["errors"])) == (422, wrong)


@given(data=st.dictionaries(st.sampled_from(["phone", "name", "note", "gender", "source", "birthday", "store", "leap"]),
                            st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists)))  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_nothing_breaks(shop: Cast, data: dict[str, Any]) -> None:
    assert post(shop, {"phone": "13800138000"} | data).status_code in {201, 409, 422}


@given(name=st.text(max_size=60), text=st.text(max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_and_any_search_are_answered(shop: Cast, name: str, text: str) -> None:
    headers = shop.token()
    assert post(shop, {"phone": "13800138000", "name": name}, **headers).status_code in {201, 409, 422}
    assert shop.client().get(MEMBERS, query_string={"q": text}, headers=headers).status_code == 200
    assert shop.client().get(MEMBERS, query_string={"phone": text}, headers=headers).status_code == 200


def test_half_a_character_is_dropped(shop: Cast) -> None:
    headers = shop.token() | {"Idempotency-Key": str(uuid4())}
    raw = '{"phone": "13800138000", "name": "\\ud83c林"}'
    answer = shop.client().post(MEMBERS, data=raw, content_type="application/json", headers=headers)
    assert (answer.status_code, body(answer)["name"]) == (201, "林")


def test_members_are_listed_and_found(shop: Cast) -> None:
    ids = [body(post(shop, {"phone": f"1380013800{n}", "name": "林知夏" if n else "王大锤"}))["id"] for n in range(3)]
    headers, client = shop.token("members:read"), shop.client()
    first = body(client.get(f"{MEMBERS}?limit=2", headers=headers))
    rest = body(client.get(f"{MEMBERS}?limit=2&cursor={first['next']}", headers=headers))
    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None
    by_phone = body(client.get(MEMBERS, query_string={"phone": "+86 138 0013 8001"}, headers=headers))
    assert [item["id"] for item in by_phone["items"]] == [ids[1]]
    assert {item["id"] for item in body(client.get(f"{MEMBERS}?q=lzx", headers=headers))["items"]} == set(ids[1:])
    assert body(client.get(f"{MEMBERS}?phone=13900000000", headers=headers))["items"] == []


def test_a_part_of_a_member_is_changed(shop: Cast) -> None:
    made = body(post(shop, {"phone": "13800138000", "name": "林", "birthday": {"month": 5, "day": 20}}))
    changed = body(patch(shop, made["id"], {"name": "林知夏", "consent": True}))
    assert changed == made | {"name": "林知夏"}
    assert body(patch(shop, made["id"], {"birthday": None}))["birthday"] is None
    taken = body(post(shop, {"phone": "13800138001"}))
    assert body(patch(shop, taken["id"], {"phone": "13800138000"}))["code"] == "phone_needs_proof"
    assert patch(shop, taken["id"], {"phone": "13800138001"}).status_code == 200, "the same one is no change"


def test_a_card_is_taken_out_of_use_and_back(shop: Cast) -> None:
    made = body(post(shop, {"phone": "13800138000"}))
    assert body(patch(shop, made["id"], {"archived": True}))["archived"] is True
    assert body(shop.client().get(MEMBERS, headers=shop.token()))["items"] == []
    assert body(patch(shop, made["id"], {"archived": False}))["archived"] is False
    assert patch(shop, made["id"], {"archived": "x"}).status_code == 422


@pytest.mark.parametrize("member_id", ["0", "999999", "9" * 30])
def test_an_unknown_member_is_not_there(shop: Cast, member_id: str) -> None:
    assert shop.client().get(f"{MEMBERS}/{member_id}", headers=shop.token()).status_code == 404
    assert patch(shop, member_id, {"name": "x"}).status_code in {404, 405}  # 405: no such address at all


def test_each_scope_opens_its_own_door(shop: Cast) -> None:
    reader, writer = shop.token("members:read"), shop.token("members:create")
    assert post(shop, {"phone": "13800138000"}, **reader).status_code == 403
    assert shop.client().get(MEMBERS, headers=writer).status_code == 403
    assert post(shop, {"phone": "13800138000"}, **writer).status_code == 201
    assert shop.browser("kitchen").get(MEMBERS).status_code == 403
    assert shop.browser("cashier").get(MEMBERS).status_code == 200
    assert shop.client().get(MEMBERS).status_code == 401
