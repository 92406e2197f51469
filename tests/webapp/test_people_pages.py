"""Who works here: the owner adds, changes, resets and lets go; a manager looks; everyone keeps their own password."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.identity import commands as identity
from services.identity import queries
from services.identity.models import Role, Staff
from services.identity.queries import StaffCard
from services.shared import clock, database
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import Forbidden, Invalid
from tests.browse import Browser
from tests.cast import PASSWORD, Cast
from tests.conftest import NOON

NEW = "new-password-2026"


def card(username: str) -> StaffCard:
    with database.reading() as session:
        return next(each for each in queries.list_staff(session, actor=SYSTEM) if each.username == username)


def add(browser: Browser, **changed: Any) -> TestResponse:
    fields = {"username": "xiaochen", "name": "小陈", "password": NEW, "role": "cashier", "stores[]": "1"}
    return browser.post("/staff/people/new", **(fields | changed))


def can_enter(shop: Cast, username: str, password: str) -> bool:
    answer = shop.browser().post("/staff/sign-in", username=username, password=password)
    return answer.status_code == 303


def audited() -> list[str]:
    with database.reading() as session:
        found = session.scalars(
            select(AuditEntry.action).where(AuditEntry.at == NOON, AuditEntry.actor_kind == "staff")
        )
        return [action for action in found if action.startswith("staff:")]


def page_of(shop: Cast, who: str) -> str:
    return f"/staff/people/{shop.staff[who].id}"


def test_the_owner_adds_someone_who_can_then_come_in(shop: Cast) -> None:
    answer = add(shop.browser("owner"))
    assert (answer.status_code, card("xiaochen").role, card("xiaochen").stores) == (303, "cashier", (shop.east.id,))
    assert can_enter(shop, "xiaochen", NEW)
    assert audited() == ["staff:create"]


def test_sending_the_form_twice_adds_one_person(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert [add(owner, key="one-tap-too-many").status_code for _ in range(2)] == [303, 303]
    assert audited() == ["staff:create"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "xiaolin"), ("username", "小陈"), ("username", "a"), ("username", "has space"), ("name", ""),
        ("name", "长" * 25), ("password", "short"), ("password", "x" * 129), ("role", "boss"), ("role", ""),
        ("stores[]", "999"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nobody_is_added(shop: Cast, field: str, value: str) -> None:
    answer = add(shop.browser("owner"), **{field: value})
    assert (answer.status_code, 'aria-invalid="true"' in answer.text or "error" in answer.text) == (422, True)
    assert audited() == []


def test_a_person_works_somewhere(shop: Cast) -> None:
    owner, fields = shop.browser("owner"), {"username": "xiaochen", "name": "小陈", "password": NEW, "role": "cashier"}
    assert "至少选一家门店" in owner.post("/staff/people/new", **fields).text
    assert owner.post("/staff/people/new", **fields, all_stores="1").status_code == 303
    assert card("xiaochen").stores is None


def test_the_owner_changes_role_and_stores(shop: Cast) -> None:
    owner = shop.browser("owner")
    fields: dict[str, Any] = {"name": "林店长", "role": "manager", "stores[]": [str(shop.east.id), str(shop.south.id)]}
    assert owner.post(page_of(shop, "cashier"), **fields).status_code == 303
    changed = card("xiaolin")
    assert (changed.name, changed.role, changed.stores) == ("林店长", "manager", (shop.east.id, shop.south.id))
    assert shop.browser("cashier").get("/staff/people").status_code == 200, "what the new role may, at once"


def test_a_new_password_ends_every_session_of_the_old(shop: Cast) -> None:
    owner, cashier = shop.browser("owner"), shop.browser("cashier")
    assert owner.post(f"{page_of(shop, 'cashier')}/password", password=NEW).status_code == 303
    assert cashier.get("/staff/account").status_code == 303
    assert (can_enter(shop, "xiaolin", PASSWORD), can_enter(shop, "xiaolin", NEW)) == (False, True)


def test_no_password_is_in_the_audit(shop: Cast) -> None:
    add(shop.browser("owner"))
    shop.browser("owner").post(f"{page_of(shop, 'cashier')}/password", password=NEW)
    with database.reading() as session:
        written = str(session.scalars(select(AuditEntry.changes)).all())
    assert NEW not in written
    assert "argon2" not in written


def test_letting_someone_go_and_taking_them_back(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert owner.post(f"{page_of(shop, 'cashier')}/disable").status_code == 303
    assert (card("xiaolin").disabled, can_enter(shop, "xiaolin", PASSWORD)) == (True, False)
    assert owner.post(f"{page_of(shop, 'cashier')}/enable").status_code == 303
    assert (card("xiaolin").disabled, can_enter(shop, "xiaolin", PASSWORD)) == (False, True)
    assert audited() == ["staff:disable", "staff:enable"]


def test_nobody_lets_themselves_go(shop: Cast) -> None:
    answer = shop.browser("owner").post(f"{page_of(shop, 'owner')}/disable")
    assert (answer.status_code, "不能停用自己的账号" in answer.text) == (409, True)


def test_the_last_owner_stays_owner(shop: Cast) -> None:
    answer = shop.browser("owner").post(page_of(shop, "owner"), name="阿满", role="manager", all_stores="1")
    assert (answer.status_code, "店里至少要有一位老板账号" in answer.text) == (409, True)
    assert card("aman").role == "owner"


def test_with_a_second_owner_the_first_may_step_back(shop: Cast) -> None:
    owner = shop.browser("owner")
    add(owner, role="owner", all_stores="1")
    assert owner.post(page_of(shop, "owner"), name="阿满", role="manager", all_stores="1").status_code == 303
    assert owner.get("/staff/people/new").status_code == 403, "and may no longer add people"


def test_a_disabled_owner_does_not_count_as_one(shop: Cast) -> None:
    owner = shop.browser("owner")
    add(owner, role="owner", all_stores="1")
    owner.post(f"/staff/people/{card('xiaochen').id}/disable")
    answer = owner.post(page_of(shop, "owner"), name="阿满", role="manager", all_stores="1")
    assert answer.status_code == 409


def test_a_manager_looks_but_changes_nothing(shop: Cast) -> None:
    manager, cashier = shop.browser("manager"), page_of(shop, "cashier")
    listed = manager.get("/staff/people")
    assert (listed.status_code, "小林" in listed.text, "/staff/people/new" in listed.text) == (200, True, False)
    fields = {"name": "x", "role": "owner", "all_stores": "1"}
    answers = [
        add(manager),
        manager.post(cashier, **fields),
        manager.post(page_of(shop, "manager"), **fields),
        manager.post(f"{cashier}/password", password=NEW),
        manager.post(f"{cashier}/disable"),
        manager.post(f"{cashier}/enable"),
        manager.get("/staff/people/new"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 7
    assert (audited(), can_enter(shop, "xiaolin", PASSWORD)) == ([], True)


@pytest.mark.parametrize("role", ["cashier", "kitchen"])
def test_others_do_not_see_the_list(shop: Cast, role: str) -> None:
    assert shop.browser(role).get("/staff/people").status_code == 403


def test_nobody_there_is_no_page(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert owner.get("/staff/people/999").status_code == 404
    assert owner.post("/staff/people/999/disable").status_code == 404
    assert owner.post("/staff/people/999/password", password=NEW).status_code == 404


def head_of_staff(shop: Cast) -> Actor:
    """Someone of the east who may change staff, but is not the owner."""
    with database.transaction() as session:
        role = session.get_one(Role, session.get_one(Staff, shop.staff["manager"].id).role_id)
        role.permissions = [*role.permissions, "staff:change"]
        session.flush()
        return queries.actor_of_staff(session, session.get_one(Staff, shop.staff["manager"].id))


def test_nobody_makes_someone_more_than_themselves(shop: Cast) -> None:
    """Neither a new owner, nor oneself, nor a person of a store one does not work in."""
    head = head_of_staff(shop)
    data = {"username": "boss", "name": "x", "password": NEW}
    for wanted in (
        {"role": "owner", "stores": [1]},
        {"role": "cashier", "stores": None},
        {"role": "cashier", "stores": [2]},
    ):
        with pytest.raises(Invalid), database.transaction() as session:
            identity.create_staff(session, data | wanted, actor=head, at=NOON)
    own = {"name": "小周", "role": "owner", "stores": [1]}
    with pytest.raises(Invalid), database.transaction() as session:
        identity.change_staff(session, shop.staff["manager"].id, own, actor=head, at=NOON)


def test_nobody_takes_over_someone_who_may_do_more(shop: Cast) -> None:
    head, owner = head_of_staff(shop), shop.staff["owner"].id
    with pytest.raises(Forbidden), database.transaction() as session:
        identity.set_password(session, owner, NEW, actor=head, at=NOON)
    with pytest.raises(Forbidden), database.transaction() as session:
        identity.disable_staff(session, owner, actor=head, at=NOON)
    with pytest.raises(Forbidden), database.transaction() as session:
        identity.change_staff(session, owner, {"name": "x", "role": "cashier", "stores": [1]}, actor=head, at=NOON)


def test_ones_own_password_changes_with_the_present_one(shop: Cast) -> None:
    here, there = shop.browser("cashier"), shop.browser("cashier")
    assert here.post("/staff/account/password", present=PASSWORD, password=NEW).status_code == 303
    assert (here.get("/staff/account").status_code, there.get("/staff/account").status_code) == (200, 303)
    assert (can_enter(shop, "xiaolin", PASSWORD), can_enter(shop, "xiaolin", NEW)) == (False, True)


def test_without_the_present_password_it_stays(shop: Cast) -> None:
    cashier = shop.browser("cashier")
    answer = cashier.post("/staff/account/password", present="a guess", password=NEW)
    assert (answer.status_code, "现在的密码不对" in answer.text, NEW in answer.text) == (422, True, False)
    assert can_enter(shop, "xiaolin", PASSWORD)


def test_guessing_the_present_password_has_an_end(shop: Cast) -> None:
    cashier = shop.browser("cashier")
    tries = [cashier.post("/staff/account/password", present="guess", password=NEW).status_code for _ in range(11)]
    assert tries == [422] * 10 + [429]
    assert cashier.post("/staff/account/password", present=PASSWORD, password=NEW).status_code == 429
    with clock.stand_at(NOON + timedelta(minutes=15)):
        assert cashier.post("/staff/account/password", present=PASSWORD, password=NEW).status_code == 303


def test_another_device_of_mine_is_signed_out_from_here(shop: Cast) -> None:
    here, there = shop.browser("cashier"), shop.browser("cashier")
    page = here.get("/staff/account").text
    assert page.count("/staff/account/sessions/") == 1, "not this one: that is what signing out is for"
    theirs = page.split("/staff/account/sessions/")[1].split("/")[0]
    assert here.post(f"/staff/account/sessions/{theirs}/revoke").status_code == 303
    assert (here.get("/staff/account").status_code, there.get("/staff/account").status_code) == (200, 303)


def test_nobody_signs_out_a_colleague(shop: Cast) -> None:
    owner = shop.browser("owner")
    page = (owner, shop.browser("owner"))[0].get("/staff/account").text
    session_id = page.split("/staff/account/sessions/")[1].split("/")[0]
    assert shop.browser("cashier").post(f"/staff/account/sessions/{session_id}/revoke").status_code == 404
    assert owner.get("/staff/account").status_code == 200
