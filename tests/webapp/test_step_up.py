"""Step-up: sensitive acts ask who is there when the session was not verified lately, and lose nothing that was typed."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select

from services import wiring
from services.audit.models import AuditEntry
from services.shared import clock, database
from services.signin.commands.sessions import FORMER_SECRET
from services.signin.models import StaffSession
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.couponing import free_item, give_coupon
from tests.selling import open_till
from webapp.web import step_up
from webapp.web.people import STAFF_COOKIE

LATER = timedelta(minutes=6)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page, as its form would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: str(Markup(value).unescape()) for name, value in found}


def test_a_fresh_sign_in_is_asked_nothing_and_an_old_one_is(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert owner.post("/staff/roles/new", name="兼职").status_code == 303
    with clock.stand_at(shop.at + LATER):
        refused = owner.post("/staff/roles/new", name="学徒")
        assert refused.status_code == 403
        assert "请确认是您本人" in refused.text
        assert owner.get("/staff/roles/new").status_code == 200


def test_what_was_typed_goes_on_under_its_own_key(shop: Cast) -> None:
    owner = shop.browser("owner")
    with clock.stand_at(shop.at + LATER):
        page = owner.post("/staff/roles/new", key="of-this-form", **{"name": "兼职", "permissions[]": ["orders:read"]})
        done = owner.post("/staff/step-up", held=hidden(page.text)["held"], password=PASSWORD)
        assert done.status_code == 200
        assert "确认好了" in done.text
        kept = hidden(done.text)
        assert kept["idempotency_key"] == "of-this-form"
        assert (kept["name"], kept["permissions[]"]) == ("兼职", "orders:read")
        assert 'action="/staff/roles/new"' in done.text
        answer = owner.client.post("/staff/roles/new", data=kept)
        assert answer.status_code == 303
        assert "兼职" in owner.get("/staff/roles").text


def test_a_wrong_password_keeps_what_was_held_and_counts_with_those_at_the_door(shop: Cast) -> None:
    owner = shop.browser("owner")
    with clock.stand_at(shop.at + LATER):
        page = owner.post("/staff/roles/new", name="兼职")
        held = hidden(page.text)["held"]
        for number in range(5):
            again = owner.post("/staff/step-up", held=held, password=f"wrong-{number}")
            assert again.status_code == 422
            assert hidden(again.text)["held"] == held
        door = shop.browser()
        for number in range(5):
            assert door.post("/staff/sign-in", username="aman", password=f"wrong-{number}").status_code == 422
        assert owner.post("/staff/step-up", held=held, password=PASSWORD).status_code == 429
        assert owner.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 429
        own = {"present": PASSWORD, "password": "another-long-one"}
        assert owner.post("/staff/account/password", **own).status_code == 429


def test_the_api_says_step_up_needed_and_verifies_by_password(shop: Cast) -> None:
    owner = shop.browser("owner")
    with clock.stand_at(shop.at + LATER):
        assert body(owner.api("GET", "/api/v1/staff/step-up"))["verified"] is False
        change = {"shop.name": "小满"}
        refused = owner.api("PATCH", "/api/v1/settings", change)
        assert (refused.status_code, body(refused)["code"]) == (403, "step_up_needed")
        assert body(owner.api("POST", "/api/v1/staff/step-up", {"password": "wrong"}))["code"] == "wrong_password"
        verified = owner.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD})
        assert verified.status_code == 200
        assert body(verified)["verified"] is True
        assert owner.api("PATCH", "/api/v1/settings", change).status_code == 200


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("top-up-plans", {"pays": "1.00", "bonus": "900.00"}),
        ("tiers", {"name": "新级"}),
        ("coupon-templates", {"name": "送 900", "kind": "cash", "amount": "900.00"}),
        ("earning-rules", {"name": "五倍"}),
    ],
)
def test_what_gives_money_away_asks_who_is_there(shop: Cast, path: str, sent: dict[str, str]) -> None:
    owner = shop.browser("owner")
    with clock.stand_at(shop.at + LATER):
        refused = owner.api("POST", f"/api/v1/{path}", sent)
        assert (refused.status_code, body(refused)["code"]) == (403, "step_up_needed")


def test_a_program_is_not_asked(shop: Cast) -> None:
    with clock.stand_at(shop.at + LATER):
        headers = shop.token("settings:change") | {"Idempotency-Key": "a-program-s"}
        answer = shop.client().patch("/api/v1/settings", json={"shop.name": "小满"}, headers=headers)
        assert answer.status_code == 200


def test_the_secret_of_a_verified_session_is_new_and_it_is_written_down(shop: Cast) -> None:
    owner = shop.browser("owner")
    before = owner.client.get_cookie(STAFF_COOKIE)
    thief = Browser(shop.app, (STAFF_COOKIE, before.value if before else ""))
    with clock.stand_at(shop.at + LATER):
        assert thief.get("/staff/account").status_code == 200
        assert owner.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 200
    with clock.stand_at(shop.at + LATER + FORMER_SECRET):
        assert owner.get("/staff/account").status_code == 200
        assert thief.get("/staff/account").status_code == 303
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.changes) == ("staff_sessions:verify", {"by": "password"})


def test_what_is_under_way_while_the_secret_changes_is_served_and_verified_by_nothing(shop: Cast) -> None:
    owner = shop.browser("owner")
    before = owner.client.get_cookie(STAFF_COOKIE)
    former = Browser(shop.app, (STAFF_COOKIE, before.value if before else ""))
    assert owner.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 200
    assert former.get("/staff/account").status_code == 200
    assert body(former.api("GET", "/api/v1/staff/step-up"))["verified"] is False
    assert former.post("/staff/roles/new", name="兼职").status_code == 403
    assert owner.post("/staff/roles/new", name="兼职").status_code == 303


def test_a_new_password_ends_the_former_secret_at_once(shop: Cast) -> None:
    owner = shop.browser("owner")
    before = owner.client.get_cookie(STAFF_COOKIE)
    former = Browser(shop.app, (STAFF_COOKIE, before.value if before else ""))
    assert owner.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 200
    assert owner.post("/staff/account/password", present=PASSWORD, password="a-new-one-2026").status_code == 303
    assert former.get("/staff/account").status_code == 303
    assert owner.get("/staff/account").status_code == 200


def test_taking_data_away_asks_who_is_there(shop: Cast) -> None:
    owner = shop.browser("owner")
    with clock.stand_at(shop.at + LATER):
        assert owner.get("/staff/audit/export?q=aman").status_code == 200
        asked = owner.post("/staff/audit/export?q=aman")
        assert asked.status_code == 403
        done = owner.post("/staff/step-up", held=hidden(asked.text)["held"], password=PASSWORD)
        assert 'method="post" action="/staff/audit/export?q=aman"' in done.text
        assert owner.post("/staff/audit/export?q=aman").mimetype == "text/csv"


def test_what_is_held_leads_nowhere_else(shop: Cast) -> None:
    owner = shop.browser("owner")
    for held in (
        '["https://evil.example/","post",[],false]',
        '["//evil.example","post",[],false]',
        "nonsense",
        "[1]",
        "",
    ):
        done = owner.post("/staff/step-up", held=held, password=PASSWORD)
        assert done.status_code == 200
        assert "evil" not in done.text
        assert 'action="/staff/"' in done.text


def test_the_owner_says_for_how_long(shop: Cast) -> None:
    owner = shop.browser("owner")
    fields = {"security.step_up_minutes": "30", "security.lock_minutes": "3"}
    assert owner.post("/staff/settings/security", **fields).status_code == 303
    with clock.stand_at(shop.at + timedelta(minutes=29)):
        assert owner.post("/staff/roles/new", name="兼职").status_code == 303
    with clock.stand_at(shop.at + timedelta(minutes=31)):
        assert owner.post("/staff/roles/new", name="兼职二").status_code == 403


def test_forms_say_that_they_will_ask(shop: Cast) -> None:
    page = shop.browser("owner").get("/staff/roles/new").text
    assert re.search(r'action="/staff/roles/new"[^>]* data-step-up', page)
    assert "<ck-step-up" in page
    quiet = shop.browser("cashier").get("/staff/account").text
    assert "data-step-up" not in quiet
    assert "<ck-step-up" not in quiet


def test_every_sensitive_permission_is_one_of_the_product(app: Flask) -> None:
    assert step_up.SENSITIVE <= wiring.PERMISSIONS
    named = {getattr(view, "__steps_up__", False) for view in app.view_functions.values()}
    assert named == {True, False}


def test_a_session_from_before_is_asked_once(shop: Cast) -> None:
    owner = shop.browser("owner")
    with database.transaction() as session:
        for row in session.scalars(select(StaffSession)):
            row.verified_at = row.verified_by = None
    assert owner.post("/staff/roles/new", name="兼职").status_code == 403
    assert owner.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 200
    assert owner.post("/staff/roles/new", name="兼职").status_code == 303


def test_the_word_of_a_manager_asks_who_says_it(shop: Cast) -> None:
    till, manager = open_till(shop), shop.browser("manager")
    coupon_id, _ = give_coupon(shop, till.member, free_item(till.products["拿铁"]))
    asked = {"member": str(till.member.id), "store": str(shop.east.id), "amount": "64.00"}
    override = asked | {"way": "override", "reason": "手机没电"}
    redeem = f"/staff/coupons/held/{coupon_id}/redeem"
    with clock.stand_at(shop.at + LATER):
        refused = manager.api("POST", "/api/v1/proofs", override)
        assert (refused.status_code, body(refused)["code"]) == (403, "step_up_needed")
        assert manager.api("POST", "/api/v1/proofs", asked | {"way": "app"}).status_code == 201
        page = manager.post(redeem, reason="手机没电")
        assert (page.status_code, "请确认是您本人" in page.text) == (403, True)
        assert manager.post(f"/staff/members/{till.member.id}/wallet/pin/erase").status_code == 403
        assert manager.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 200
        assert manager.api("POST", "/api/v1/proofs", override).status_code == 201
        assert manager.post(redeem, reason="手机没电").status_code == 303


def test_the_sheet_of_the_counter_will_ask(shop: Cast) -> None:
    open_till(shop)
    page = shop.browser("manager").get("/staff/").text
    assert re.search(r'data-face="reason" data-step-up', page)
    assert "<ck-step-up" in page
    assert "<ck-step-up" not in shop.browser("cashier").get("/staff/").text
