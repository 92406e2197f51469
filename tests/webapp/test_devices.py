"""A member's phone gets a secret once, keeps it to itself, and makes codes that the till reads."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from services.members.models import Member
from services.shared import clock, database
from services.signin import rules
from services.signin.models import MemberDevice
from tests.browse import Browser, body
from tests.cast import Cast
from tests.conftest import ENGINE, NOON
from tests.selling import welcome_member

DEVICES = "/api/v1/me/devices"


@pytest.fixture
def member(shop: Cast) -> Member:
    return welcome_member(shop.at)


@pytest.fixture
def mine(shop: Cast, member: Member) -> Browser:
    return shop.phone(member)


def issue(browser: Browser, key: str | None = None, **said: str | None) -> TestResponse:
    return browser.api("POST", DEVICES, {"name": "iPhone", **said}, key)


def scan(shop: Cast, code: str) -> TestResponse:
    return shop.browser("cashier").api("POST", "/api/v1/scans", {"code": code, "store": str(shop.east.id)})


def secret_of(answer: TestResponse) -> bytes:
    return base64.urlsafe_b64decode(body(answer)["secret"] + "=")


def make_code(answer: TestResponse, ahead: timedelta = timedelta()) -> str:
    return rules.make_code(secret_of(answer), body(answer)["handle"], rules.step_at(clock.now() + ahead))


def test_a_phone_gets_its_secret_once(mine: Browser) -> None:
    answer = issue(mine)
    assert answer.status_code == 201
    assert len(secret_of(answer)) == 32
    assert (len(body(answer)["handle"]), body(answer)["server_time"]) == (8, "2026-11-21T06:20:00.000+00:00")
    known = issue(mine, handle=body(answer)["handle"])
    assert (known.status_code, sorted(body(known))) == (200, ["handle", "server_time"])


def test_the_same_key_gets_the_same_secret_again(mine: Browser) -> None:
    """The answer may be lost on its way: the phone asks again, and there is one device."""
    first, again = issue(mine, "key-of-this-phone"), issue(mine, "key-of-this-phone")
    assert (again.status_code, body(again)["secret"]) == (201, body(first)["secret"])
    with database.reading() as session:
        assert len(session.scalars(select(MemberDevice)).all()) == 1


def test_the_secret_rests_nowhere_in_clear(mine: Browser, environ: dict[str, str]) -> None:
    told = body(issue(mine))["secret"]
    with database.reading() as session:
        kept = [str(row) for row in session.execute(text("SELECT answer FROM idempotency_keys")).all()]
        secret = session.scalars(select(MemberDevice.secret)).one()
    assert len(kept) == 1
    assert told not in kept[0]
    assert base64.urlsafe_b64decode(told + "=") not in secret
    if ENGINE == "sqlite":
        files = [path.read_bytes() for path in Path(environ["DATA"]).glob("changke.db*")]
        assert not any(told.encode() in file for file in files)


def test_what_the_phone_makes_the_till_reads(shop: Cast, member: Member, mine: Browser) -> None:
    found = scan(shop, make_code(issue(mine)))
    assert (found.status_code, body(found)["member"], body(found)["spendable"]) == (200, str(member.id), True)


def test_a_new_secret_voids_the_old_one_of_this_browser(shop: Cast, mine: Browser) -> None:
    old, new = issue(mine), issue(mine)
    assert body(old)["handle"] != body(new)["handle"]
    assert scan(shop, make_code(old)).status_code == 404
    assert scan(shop, make_code(new)).status_code == 200


def test_two_phones_of_one_member_both_work(shop: Cast, member: Member, mine: Browser) -> None:
    first, second = issue(mine), issue(shop.phone(member))
    assert [scan(shop, make_code(each)).status_code for each in (first, second)] == [200, 200]


@pytest.mark.parametrize("handle", ["00000000", "x", "88", "' OR 1=1 --"])
def test_an_unknown_handle_is_a_new_phone(mine: Browser, handle: str) -> None:
    answer = issue(mine, handle=handle)
    assert (answer.status_code, body(answer)["handle"] != handle) == (201, True)


def test_the_handle_of_another_member_is_worth_nothing(shop: Cast, mine: Browser) -> None:
    theirs = issue(mine)
    stranger = shop.phone(welcome_member(NOON, "王芳", "+8613900139000"))
    answer = issue(stranger, handle=body(theirs)["handle"])
    assert answer.status_code == 201
    assert body(answer)["handle"] != body(theirs)["handle"]
    assert stranger.api("DELETE", f"{DEVICES}/{body(theirs)['handle']}").status_code == 404
    assert scan(shop, make_code(theirs)).status_code == 200


def test_a_handle_that_moved_to_another_browser_gets_a_secret_of_its_own(
    shop: Cast, member: Member, mine: Browser
) -> None:
    handle = body(issue(mine))["handle"]
    copied = issue(shop.phone(member), handle=handle)
    assert (copied.status_code, body(copied)["handle"] != handle) == (201, True)


def test_a_phone_taken_away_makes_no_codes(shop: Cast, mine: Browser) -> None:
    answer = issue(mine)
    handle = body(answer)["handle"]
    assert [device["handle"] for device in body(mine.api("GET", DEVICES))["items"]] == [handle]
    assert mine.api("DELETE", f"{DEVICES}/{handle}").status_code == 204
    assert mine.api("DELETE", f"{DEVICES}/{handle}").status_code == 404
    assert scan(shop, make_code(answer)).status_code == 404
    assert body(mine.api("GET", DEVICES))["items"] == []
    assert issue(mine, handle=handle).status_code == 201


def test_the_list_tells_no_secret(mine: Browser) -> None:
    secret = body(issue(mine))["secret"]
    listed = mine.api("GET", DEVICES)
    assert sorted(body(listed)["items"][0]) == ["created_at", "handle", "name", "seen_at"]
    assert secret not in listed.text


def test_a_page_without_secrets_asks_the_server_for_a_code(shop: Cast, member: Member, mine: Browser) -> None:
    answer = mine.api("POST", "/api/v1/me/codes", {})
    assert (answer.status_code, body(answer)["seconds"]) == (201, 15)
    assert body(scan(shop, body(answer)["code"]))["member"] == str(member.id)


def test_a_code_that_was_read_is_followed_by_a_fresh_one(shop: Cast, mine: Browser) -> None:
    """Two sales within fifteen seconds: the next step's code is good already."""
    codes = []
    for _ in range(3):
        codes.append(body(mine.api("POST", "/api/v1/me/codes", {}))["code"])
        assert scan(shop, codes[-1]).status_code == 200
    assert len(set(codes)) == 3


@pytest.mark.parametrize(
    "sent", [[], "x", {"name": 7}, {"handle": 12345678}, {"name": "x" * 201}, {"handle": "9" * 21}]
)
def test_nonsense_is_refused(mine: Browser, sent: object) -> None:
    assert mine.api("POST", DEVICES, sent).status_code == 422


def test_devices_are_for_signed_in_members(shop: Cast) -> None:
    assert issue(shop.browser()).status_code == 401
    assert issue(shop.browser("owner")).status_code == 401
    answer = shop.client().post(DEVICES, json={}, headers=shop.token() | {"Idempotency-Key": "a-program"})
    assert answer.status_code == 403


def test_a_cookie_alone_is_not_enough(mine: Browser) -> None:
    assert mine.client.post(DEVICES, json={}, headers={"Idempotency-Key": "forged-by-a-site"}).status_code == 400
