"""A phone of the shop that several people share: enrolled by a manager's code, PINs count there and nowhere else."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.shared import clock, database
from services.signin.models import ShopDevice, StaffSession
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from webapp import create_app
from webapp.web.people import DEVICE_COOKIE, STAFF_COOKIE

PIN, OTHER = "7294", "830561"
QUARTER = timedelta(minutes=15)


def code_for(shop: Cast, name: str = "前台手机") -> str:
    """The digits that the manager shows."""
    page = shop.browser("manager").post("/staff/devices/code", name=name, store=str(shop.east.id))
    found = re.search(r"data-code>(\d{4}) (\d{4})<", page.text)
    assert found, page.text
    return found[1] + found[2]


def enrolled(shop: Cast, name: str = "前台手机") -> Browser:
    """A phone that is enrolled at 东湖; nobody is signed in on it."""
    phone = shop.browser()
    assert phone.post("/staff/devices/enrol", code=code_for(shop, name)).status_code == 303
    return phone


def choose(shop: Cast, role: str, pin: str = PIN) -> None:
    answer = shop.browser(role).post("/staff/account/pin", pin=pin, again=pin)
    assert answer.status_code == 303, answer.text


def come(phone: Browser, shop: Cast, role: str, pin: str = PIN, **more: str) -> TestResponse:
    return phone.post("/staff/sign-in/pin", who=str(shop.staff[role].id), pin=pin, **more)


def is_in(browser: Browser) -> bool:
    return browser.get("/staff/more").status_code == 200


@pytest.fixture
def phone(shop: Cast) -> Browser:
    choose(shop, "cashier")
    choose(shop, "manager", OTHER)
    return enrolled(shop)


def test_a_code_enrols_one_device_once_within_ten_minutes(shop: Cast) -> None:
    digits = code_for(shop)
    first, second = shop.browser(), shop.browser()
    assert first.post("/staff/devices/enrol", code=f"{digits[:4]} {digits[4:]}").status_code == 303
    assert second.post("/staff/devices/enrol", code=digits).status_code == 422
    assert second.client.get_cookie(DEVICE_COOKIE) is None
    late = code_for(shop)
    with clock.stand_at(shop.at + timedelta(minutes=10)):
        assert second.post("/staff/devices/enrol", code=late).status_code == 422
    page = shop.browser("manager").get("/staff/devices").text
    assert "前台手机" in page


def test_codes_are_not_guessed(shop: Cast) -> None:
    digits, thief = code_for(shop), shop.browser()
    for number in range(10):
        assert thief.post("/staff/devices/enrol", code=f"{number:08d}").status_code == 422
    assert thief.post("/staff/devices/enrol", code=digits).status_code == 429


def test_only_who_may_enrol_shows_codes_and_only_for_their_stores(shop: Cast) -> None:
    assert shop.browser("cashier").get("/staff/devices").status_code == 403
    elsewhere = shop.browser("manager").post("/staff/devices/code", name="南湖的", store=str(shop.south.id))
    assert elsewhere.status_code == 422
    with clock.stand_at(shop.at + timedelta(minutes=6)):
        manager = shop.browser("manager")
        with database.transaction() as session:
            session.query(StaffSession).update({"verified_at": None})
        asked = manager.post("/staff/devices/code", name="前台", store=str(shop.east.id))
        assert asked.status_code == 403


def test_two_people_switch_and_the_former_one_is_out(shop: Cast, phone: Browser) -> None:
    door = phone.get("/staff/sign-in").text
    assert ("小林" in door, "小周" in door, "阿满" in door, "南姐" in door) == (True, True, False, False)
    assert come(phone, shop, "cashier", next="/staff/orders").headers["Location"] == "/staff/orders"
    assert is_in(phone)
    cashiers = phone.client.get_cookie(STAFF_COOKIE)
    assert come(phone, shop, "manager", OTHER).status_code == 303
    former = Browser(shop.app, (STAFF_COOKIE, cashiers.value if cashiers else ""))
    assert (is_in(phone), is_in(former)) == (True, False)
    with database.reading() as session:
        live = session.scalars(select(StaffSession).where(StaffSession.device_id.is_not(None))).all()
        assert [row.staff_id for row in live if row.revoked_at is None] == [shop.staff["manager"].id]


def test_a_pin_verifies_nobody(shop: Cast, phone: Browser) -> None:
    assert come(phone, shop, "manager", OTHER).status_code == 303
    assert body(phone.api("GET", "/api/v1/staff/step-up"))["verified"] is False
    assert phone.post("/staff/devices/code", name="再一台", store=str(shop.east.id)).status_code == 403
    assert phone.post("/staff/account/pin", pin="5837", again="5837").status_code == 403
    refused = phone.api("PUT", "/api/v1/staff/pin", {"pin": "5837", "again": "5837"})
    assert (refused.status_code, body(refused)["code"]) == (403, "step_up_needed")
    assert phone.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 200
    assert phone.post("/staff/account/pin", pin="5837", again="5837").status_code == 303


def test_a_pin_opens_nothing_on_a_device_that_is_not_enrolled(shop: Cast, phone: Browser) -> None:
    private = shop.browser()
    assert come(private, shop, "cashier").status_code == 422
    made_up = Browser(shop.app, (DEVICE_COOKIE, "x" * 43))
    assert come(made_up, shop, "cashier").status_code == 422
    assert not is_in(private)
    assert not is_in(made_up)
    for path in ("/api/v1/staff/step-up", "/api/v1/orders"):  # nor does the key of a device by itself
        assert phone.api("GET", path).status_code == 401


def test_a_revoked_device_is_out_at_the_next_request_and_knows_no_pin(shop: Cast, phone: Browser) -> None:
    come(phone, shop, "cashier")
    with database.reading() as session:
        device = session.scalars(select(ShopDevice)).one()
    owner = shop.browser("owner")
    assert owner.post(f"/staff/devices/{device.id}/revoke").status_code == 303
    assert not is_in(phone)
    assert come(phone, shop, "cashier").status_code == 422
    assert "小林" not in phone.get("/staff/sign-in").text
    assert phone.post("/staff/sign-in", username="xiaolin", password=PASSWORD).status_code == 303  # a private phone now


def test_whatever_is_wrong_has_one_answer(shop: Cast, phone: Browser) -> None:
    answers = {
        (answer.status_code, re.sub(r'(value|nonce|content)="[^"]*"', "", answer.text))
        for answer in (
            phone.post("/staff/sign-in/pin", who="999999", pin=PIN),  # nobody
            phone.post("/staff/sign-in/pin", who=str(shop.staff["southern"].id), pin=PIN),  # of another store
            phone.post("/staff/sign-in/pin", who=str(shop.staff["kitchen"].id), pin=PIN),  # without a PIN
        )
    }
    assert {status for status, _ in answers} == {422}
    assert come(phone, shop, "cashier", "1111").status_code == 422


def test_five_wrong_tries_close_it_for_a_quarter_of_an_hour_also_across_a_restart(
    shop: Cast, phone: Browser, environ: dict[str, str]
) -> None:
    for number in range(5):
        assert come(phone, shop, "cashier", f"90{number}3").status_code == 422
    assert come(phone, shop, "cashier").status_code == 429
    assert come(phone, shop, "manager", OTHER).status_code == 303  # the others go on
    key = phone.client.get_cookie(DEVICE_COOKIE)
    database.close()
    restarted = Browser(create_app(environ), (DEVICE_COOKIE, key.value if key else ""))
    assert come(restarted, shop, "cashier").status_code == 429
    with clock.stand_at(shop.at + QUARTER):
        assert come(restarted, shop, "cashier").status_code == 303


def test_of_many_guesses_at_once_five_are_looked_at(shop: Cast, phone: Browser, app: Flask) -> None:
    key = phone.client.get_cookie(DEVICE_COOKIE)
    phones = [Browser(app, (DEVICE_COOKIE, key.value if key else "")) for _ in range(12)]

    def guess(number: int) -> int:
        return come(phones[number], shop, "cashier", f"9{number:02d}4").status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(guess, range(12)))
    assert answers == [422] * 5 + [429] * 7


def test_guessing_for_days_finds_little(shop: Cast, phone: Browser) -> None:
    looked_at = 0
    for quarter in range(40):  # ten hours
        with clock.stand_at(shop.at + quarter * QUARTER):
            looked_at += sum(come(phone, shop, "cashier", f"9{quarter:02d}4").status_code == 422 for _ in range(2))
    assert looked_at == 20


@pytest.mark.parametrize("pin", ["1234", "4321", "0000", "777777", "1990", "2008", "1212", "123123", "0123", "987654"])
def test_what_is_guessed_first_is_no_pin(shop: Cast, pin: str) -> None:
    assert shop.browser("cashier").post("/staff/account/pin", pin=pin, again=pin).status_code == 422


@pytest.mark.parametrize("pin", ["729", "7294381", "72a4", "７２９４", ""])
def test_a_pin_has_four_to_six_digits(shop: Cast, pin: str) -> None:
    assert shop.browser("cashier").post("/staff/account/pin", pin=pin, again=pin).status_code == 422


def test_who_is_disabled_or_gets_a_new_password_comes_in_with_no_pin(shop: Cast, phone: Browser) -> None:
    owner, cashier, manager = shop.browser("owner"), shop.staff["cashier"].id, shop.staff["manager"].id
    assert owner.post(f"/staff/people/{cashier}/disable").status_code == 303
    assert come(phone, shop, "cashier").status_code == 422
    assert owner.post(f"/staff/people/{manager}/password", password="a-new-one-2026").status_code == 303
    assert come(phone, shop, "manager", OTHER).status_code == 422


def test_locking_leaves_the_phone_to_the_next_one(shop: Cast, phone: Browser) -> None:
    come(phone, shop, "cashier")
    assert "锁定" in phone.get("/staff/more").text
    assert phone.post("/staff/lock").headers["Location"] == "/staff/sign-in"
    assert not is_in(phone)
    assert "小林" in phone.get("/staff/sign-in").text
    assert "锁定" not in shop.browser("cashier").get("/staff/more").text


def test_every_write_tells_the_device(shop: Cast, phone: Browser) -> None:
    come(phone, shop, "cashier")
    phone.post("/staff/members/new", phone="13800138000", name="小米")
    with database.reading() as session:
        device = session.scalars(select(ShopDevice.id)).one()
        entries = session.scalars(select(AuditEntry).where(AuditEntry.actor_id == shop.staff["cashier"].id)).all()
    told = {entry.action: f" #{device} " in entry.origin for entry in entries}
    assert told["members:create"]
    assert told["staff_sessions:create"]
    assert "前台手机" in shop.browser("owner").get("/staff/audit").text
    assert "前台手机" in phone.get("/staff/account").text
    assert "前台手机" in shop.browser("owner").get(f"/staff/people/{shop.staff['cashier'].id}").text


def test_programs_keep_the_list(shop: Cast) -> None:
    headers = shop.token("shop_devices:change")

    def ask(method: str, path: str, sent: Any = None) -> TestResponse:
        key = {"Idempotency-Key": f"{method}-{path}-x"}
        return shop.client().open(f"/api/v1{path}", method=method, json=sent, headers=headers | key)

    code = body(ask("POST", "/shop-devices/codes", {"name": "平板", "store": str(shop.east.id)}))
    tablet = shop.browser()
    assert tablet.post("/staff/devices/enrol", code=code["digits"]).status_code == 303
    (found,) = body(ask("GET", "/shop-devices"))["items"]
    assert found["name"] == "平板"
    assert body(ask("PATCH", f"/shop-devices/{found['id']}", {"name": "大平板"}))["name"] == "大平板"
    assert ask("DELETE", f"/shop-devices/{found['id']}").status_code == 204
    assert body(ask("GET", "/shop-devices"))["items"] == []
    assert ask("DELETE", "/staff/pin").status_code == 403


def test_a_shared_phone_locks_by_itself_and_only_touches_keep_it_open(shop: Cast, phone: Browser) -> None:
    come(phone, shop, "cashier")
    minute = timedelta(minutes=1)
    with clock.stand_at(shop.at + 3 * minute), phone.post("/staff/present") as told:  # noted once the answer has left
        assert told.status_code == 204
    by_itself = {"Sec-Fetch-Mode": "cors"}
    with clock.stand_at(shop.at + 6 * minute), phone.get("/staff/more", headers=by_itself) as asked:
        assert asked.status_code == 200
    with clock.stand_at(shop.at + 7 * minute):
        assert not is_in(phone)
        assert phone.post("/staff/present").headers["Location"].startswith("/staff/sign-in")
        assert phone.api("GET", "/api/v1/staff/step-up").status_code == 401
        assert come(phone, shop, "cashier").status_code == 303


def test_a_phone_of_ones_own_does_not_lock(shop: Cast) -> None:
    own = shop.browser("cashier")
    with clock.stand_at(shop.at + timedelta(hours=7)):
        assert is_in(own)
        assert "<ck-lock" not in own.get("/staff/more").text


def test_the_owner_says_when_it_locks(shop: Cast, phone: Browser) -> None:
    owner = shop.browser("owner")
    fields = {"security.step_up_minutes": "5", "security.lock_minutes": "1"}
    assert owner.post("/staff/settings/security", **fields).status_code == 422
    assert owner.post("/staff/settings/security", **fields | {"security.lock_minutes": "5"}).status_code == 303
    come(phone, shop, "cashier")
    with clock.stand_at(shop.at + timedelta(minutes=5)):
        assert is_in(phone)
    assert '<ck-lock minutes="5"' in phone.get("/staff/more").text
