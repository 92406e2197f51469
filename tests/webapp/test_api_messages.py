"""Messages over the API: programs write and read them, members read their own."""

from typing import Any

import pytest

from tests.browse import body
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till, welcome_member

WORDS = {"title": "蛋糕好了", "body": "请到东湖店来取"}


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop, "manager")


def send(till: Till, **more: Any) -> Any:
    answer = till.browser.api("POST", "/api/v1/messages", {"member": str(till.member.id), **WORDS, **more})
    assert answer.status_code == 201, answer.text
    return body(answer)


def test_a_message_reads_as_it_was_written(till: Till) -> None:
    sent = send(till)
    assert sent == {
        "id": sent["id"], "member": str(till.member.id), "category": "service", **WORDS, "path": "",
        "created_at": "2026-11-21T06:20:00Z", "read_at": None,
    }  # fmt: skip
    assert body(till.browser.get(f"/api/v1/messages/{sent['id']}")) == sent
    assert body(till.browser.get(f"/api/v1/members/{till.member.id}/messages"))["items"] == [sent]


def test_pages_of_messages_follow_each_other(till: Till) -> None:
    sent = [send(till, title=f"第 {number} 条")["id"] for number in range(5)]
    first = body(till.browser.get("/api/v1/messages?limit=3"))
    rest = body(till.browser.get(f"/api/v1/messages?limit=3&cursor={first['next']}"))
    assert [each["id"] for each in first["items"] + rest["items"]] == sent[::-1]
    assert rest["next"] is None


def test_a_member_reads_their_own_and_counts_what_is_left(till: Till) -> None:
    first, _second = send(till), send(till, title="第二条")
    phone, stranger = till.shop.phone(till.member), till.shop.phone(welcome_member(NOON, "王芳", "+8613900139000"))
    assert body(phone.get("/api/v1/me/messages"))["unread"] == 2
    assert body(stranger.get("/api/v1/me/messages")) == {"items": [], "next": None, "unread": 0}
    assert body(phone.api("POST", f"/api/v1/me/messages/{first['id']}/read", {})) == {"unread": 1}
    assert body(phone.api("POST", "/api/v1/me/messages/read", {})) == {"unread": 0}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 61}, "title"),
        ({"body": "长" * 1001}, "body"),
        ({"category": "staff"}, "category"),
        ({"member": "somebody"}, "member"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(till: Till, wrong: dict[str, str], field: str) -> None:
    answer = till.browser.api("POST", "/api/v1/messages", {"member": str(till.member.id), **WORDS, **wrong})
    assert (answer.status_code, list(body(answer)["errors"])) == (422, [field])


def test_nobody_is_written_to_who_is_not_there(till: Till) -> None:
    answers = [
        till.browser.api("POST", "/api/v1/messages", {"member": "999", **WORDS}),
        till.browser.api("POST", "/api/v1/members/999/messages", WORDS),
        till.browser.get("/api/v1/members/999/messages"),
        till.browser.get("/api/v1/messages/999"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


def test_a_token_needs_its_scope(till: Till) -> None:
    read = till.shop.token("messages:read")
    client = till.shop.client()
    assert client.get("/api/v1/messages", headers=read).status_code == 200
    assert client.post("/api/v1/messages", json=WORDS, headers=read).status_code == 403
    assert till.shop.phone(till.member).get("/api/v1/messages").status_code == 401
