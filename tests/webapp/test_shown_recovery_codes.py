"""A colleague who lost the password sets a new one with a code that a manager shows: once, for ten minutes, and everybody hears of it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from services.approvals.models import Approval
from services.approvals.queries import are_entwined
from services.audit.models import AuditEntry
from services.identity.models import Role
from services.shared import clock, database
from services.shared.models import OutboxEntry
from services.signin.models import ShownRecoveryCode, StaffPin
from tests.browse import Browser, body
from tests.cast import Cast
from tests.conftest import NOON
from tests.kit.authenticator import Authenticator
from tests.webapp.test_passkeys import ORIGIN, add, passkeys

NEW = "a-new-one-2026"


def page_of(shop: Cast, name: str) -> str:
    return f"/staff/people/{shop.staff[name].id}/recovery-code"


def shown(shop: Cast, name: str = "cashier", by: str = "manager") -> str:
    answer = shop.browser(by).post(page_of(shop, name))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text.split("data-code>")[1].split("<", maxsplit=1)[0]


def recover(app: Flask, name: str, code: str, password: str = NEW) -> int:
    return Browser(app).post("/staff/recover", username=name, code=code, password=password, again=password).status_code


def signs_in(app: Flask, name: str, password: str = NEW) -> bool:
    return Browser(app).post("/staff/sign-in", username=name, password=password).status_code == 303


def test_a_colleague_sets_a_new_password_themselves(shop: Cast, app: Flask) -> None:
    cashier = shop.browser("cashier")
    add(cashier, Authenticator(ORIGIN))
    name = shop.staff["cashier"].username
    code = shown(shop)
    assert recover(app, name, code) == 303
    assert (signs_in(app, name), cashier.get("/staff/account").status_code, passkeys()) == (True, 303, [])
    assert recover(app, name, code, "another-one-2026") == 422, "it counts once"
    with database.reading() as session:
        acts = select(AuditEntry.action, AuditEntry.actor_name).where(AuditEntry.action.startswith("recovery_codes:"))
        assert [tuple(each) for each in session.execute(acts.order_by(AuditEntry.id))][:2] == [
            ("recovery_codes:show", shop.staff["manager"].name),
            ("recovery_codes:use", shop.staff["cashier"].name),
        ]
        told = session.scalars(select(OutboxEntry.payload).where(OutboxEntry.event == "StaffWayChanged"))
        assert {each["what"] for each in told} == {"code_shown", "recovered"}
        assert not session.scalars(select(StaffPin)).all()


def test_it_lasts_ten_minutes_and_a_second_one_ends_the_first(shop: Cast, app: Flask) -> None:
    name, first = shop.staff["cashier"].username, shown(shop)
    second = shown(shop)
    assert recover(app, name, first) == 422
    with clock.stand_at(NOON + timedelta(minutes=10)):
        assert recover(app, name, second) == 422
    assert recover(app, name, second) == 303


def test_it_is_for_one_colleague_and_for_the_password_alone(shop: Cast, app: Flask) -> None:
    code = shown(shop)
    assert recover(app, shop.staff["kitchen"].username, code) == 422
    assert recover(app, "nobody-here", code) == 422
    other = body(shop.browser("owner").api("POST", f"/api/v1/staff/{shop.staff['kitchen'].id}/recovery-codes"))
    assert recover(app, shop.staff["kitchen"].username, other["code"]) == 303


def test_a_new_password_ends_what_was_shown(shop: Cast, app: Flask) -> None:
    code = shown(shop)
    path = f"/staff/people/{shop.staff['cashier'].id}/password"
    assert shop.browser("owner").post(path, password="from-the-owner-2026").status_code == 303
    with database.reading() as session:
        assert not session.scalars(select(ShownRecoveryCode)).all()
    assert recover(app, shop.staff["cashier"].username, code) == 422


@pytest.mark.parametrize(("by", "of"), [("manager", "owner"), ("manager", "manager"), ("cashier", "kitchen")])
def test_nobody_shows_one_of_who_may_more_nor_their_own(shop: Cast, by: str, of: str) -> None:
    browser = shop.browser(by)
    assert browser.post(page_of(shop, of)).status_code == 403
    assert browser.api("POST", f"/api/v1/staff/{shop.staff[of].id}/recovery-codes").status_code == 403


def test_who_left_gets_none_and_a_code_from_before_brings_nobody_back(shop: Cast, app: Flask) -> None:
    code, cashier = shown(shop), shop.staff["cashier"]
    assert shop.browser("owner").post(f"/staff/people/{cashier.id}/disable").status_code == 303
    assert recover(app, cashier.username, code) == 422
    assert shop.browser("manager").post(page_of(shop, "cashier")).status_code == 403


def test_showing_one_asks_who_is_there(shop: Cast) -> None:
    manager = shop.browser("manager")
    with clock.stand_at(NOON + timedelta(minutes=6)):
        assert manager.get(page_of(shop, "cashier")).status_code == 200
        assert manager.post(page_of(shop, "cashier")).status_code == 403


def test_the_list_leads_there_only_where_one_may_be_shown(shop: Cast) -> None:
    page = shop.browser("manager").get("/staff/people").text
    assert page_of(shop, "cashier") in page
    assert page_of(shop, "owner") not in page
    assert page_of(shop, "manager") not in page
    edit = shop.browser("owner").get(f"/staff/people/{shop.staff['cashier'].id}").text
    assert page_of(shop, "cashier") in edit
    with database.transaction() as session:
        role = session.get_one(Role, shop.staff["manager"].role_id)
        role.permissions = sorted({*role.permissions} - {"staff:recover"})
    assert page_of(shop, "cashier") not in shop.browser("manager").get("/staff/people").text


def test_nobody_makes_their_own_second_person_that_way(shop: Cast) -> None:
    shown(shop)
    asked = Approval(kind="points", asked_kind="staff", asked_by=shop.staff["manager"].id)
    with database.reading() as session:
        assert are_entwined(session, asked, shop.cashier, at=NOON)
        assert not are_entwined(session, asked, shop.owner, at=NOON)
