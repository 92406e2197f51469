"""角色: what somebody may do is ticked by whoever may do at least as much, and counts from the next request on."""

from itertools import chain
from typing import Any

import pytest

from services import wiring
from services.identity import commands as identity
from services.identity.models import Role, Staff
from services.identity.queries import actor_of_staff
from services.shared import database
from services.shared.actors import SYSTEM
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from webapp.staff.role_words import GROUPS, SENSITIVE


def role_id(name: str) -> int:
    with database.reading() as session:
        return session.query(Role).filter_by(name=name).one().id


def held(name: str) -> set[str]:
    with database.reading() as session:
        return set(session.query(Role).filter_by(name=name).one().permissions)


def tick(browser: Browser, name: str, *permissions: str) -> Any:
    fields: dict[str, Any] = {"name": name, "permissions[]": list(permissions)}
    return browser.post(f"/staff/roles/{role_id(name)}", **fields)


def create(browser: Browser, name: str, *permissions: str) -> Any:
    fields: dict[str, Any] = {"name": name, "permissions[]": list(permissions)}
    return browser.post("/staff/roles/new", **fields)


def test_every_permission_has_its_words_once() -> None:
    named = list(chain.from_iterable(GROUPS.values()))
    assert sorted(named) == sorted(wiring.PERMISSIONS)
    assert set(named) >= SENSITIVE


def test_what_is_ticked_counts_at_once_and_is_on_record(shop: Cast) -> None:
    owner, cashier = shop.browser("owner"), shop.browser("cashier")
    assert cashier.get("/staff/audit").status_code == 403
    before = held("cashier")
    assert tick(owner, "cashier", *(before - {"wallet:top_up"}), "audit:read").status_code == 303
    assert held("cashier") == before - {"wallet:top_up"} | {"audit:read"}
    assert cashier.get("/staff/audit").status_code == 200
    log = owner.get("/staff/audit", query_string={"q": "改角色的权限"}).text
    for words in ("加上 看操作记录", "去掉 充值", "角色 收银员"):
        assert words in log


def test_the_shop_makes_a_role_of_its_own_and_hires_into_it(shop: Cast) -> None:
    owner = shop.browser("owner")
    made = create(owner, "兼职", "orders:read", "products:read")
    assert made.status_code == 303
    assert "兼职" in owner.get("/staff/people/new").text
    fields: dict[str, Any] = {
        "name": "小艾",
        "username": "xiaoai",
        "password": PASSWORD,
        "role": "兼职",
        "stores[]": [str(shop.east.id)],
    }
    assert owner.post("/staff/people/new", **fields).status_code == 303
    page = owner.get(f"/staff/roles/{role_id('兼职')}").text
    assert "还有人是这个角色" in page
    refused = owner.post(f"/staff/roles/{role_id('兼职')}/delete")
    assert (refused.status_code, "还有人是这个角色（停用的也算），先给他们换一个" in refused.text) == (409, True)


def test_a_role_that_nobody_holds_goes(shop: Cast) -> None:
    owner = shop.browser("owner")
    made = body(owner.api("POST", "/api/v1/roles", {"name": "兼职", "permissions": ["orders:read"]}))
    assert (made["permissions"], made["people"]) == (["orders:read"], 0)
    changed = body(owner.api("PATCH", f"/api/v1/roles/{made['id']}", {"name": "周末", "permissions": []}))
    assert (changed["name"], changed["permissions"]) == ("周末", [])
    assert owner.post(f"/staff/roles/{made['id']}/delete").status_code == 303
    assert [each["name"] for each in body(owner.api("GET", "/api/v1/roles"))["items"]] == list(wiring.ROLES)
    assert owner.api("DELETE", f"/api/v1/roles/{made['id']}").status_code == 404


@pytest.mark.parametrize("name", ["收银员专用太长的名字一二三四五", "", "cashier", "Owner", "兼职", "店长"])
def test_a_name_is_short_and_free(shop: Cast, name: str) -> None:
    owner = shop.browser("owner")
    owner.api("POST", "/api/v1/roles", {"name": "兼职"})
    refused = create(owner, name, "orders:read")
    assert refused.status_code == 422
    assert 'value="orders:read" checked' in refused.text


def test_the_owners_role_stays_and_built_in_names_too(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert "这个角色不能改" in owner.get(f"/staff/roles/{role_id('owner')}").text
    assert tick(owner, "owner", "orders:read").status_code == 403
    assert owner.api("DELETE", f"/api/v1/roles/{role_id('owner')}").status_code == 403
    renamed = owner.api("PATCH", f"/api/v1/roles/{role_id('cashier')}", {"name": "前台"})
    assert (renamed.status_code, held("owner")) == (422, {"all"})


def test_nobody_gives_what_they_do_not_hold_nor_changes_who_may_more(shop: Cast) -> None:
    """A manager who may change roles: up to what managers may, and not the role of somebody above."""
    owner = shop.browser("owner")
    tick(owner, "manager", *held("manager"), "roles:change")
    with database.transaction() as session:
        session.get_one(Staff, shop.staff["manager"].id).all_stores = True
    manager = shop.browser("manager")
    for wanted in ("staff:change", "tokens:create", "all", "nothing:like_it"):
        refused = tick(manager, "cashier", *held("cashier"), wanted)
        assert refused.status_code == 422, wanted
    assert tick(manager, "cashier", *held("cashier"), "orders:review").status_code == 303
    made = owner.api("POST", "/api/v1/roles", {"name": "财务", "permissions": ["audit:export"]})
    assert manager.api("PATCH", f"/api/v1/roles/{body(made)['id']}", {"permissions": []}).status_code == 403
    assert "disabled" in manager.get(f"/staff/roles/{role_id('财务')}").text


def test_who_works_in_one_store_changes_no_role(shop: Cast) -> None:
    """Roles count in every store."""
    told = {"username": "nanfang", "name": "南方", "password": PASSWORD, "role": "owner", "stores": [shop.south.id]}
    with database.transaction() as session:
        staff = identity.create_staff(session, told, actor=SYSTEM, at=shop.at)
        shop.staff["partner"], shop.actors["partner"] = staff, actor_of_staff(session, staff, "tests")
    partner = shop.browser("partner", store=shop.south)
    assert tick(partner, "cashier", "refunds:create").status_code == 403
    assert create(partner, "兼职", "orders:read").status_code == 403
    assert "保存" not in partner.get(f"/staff/roles/{role_id('cashier')}").text


def test_built_in_roles_are_not_deleted(shop: Cast) -> None:
    owner = shop.browser("owner")
    with database.transaction() as session:
        cashier = session.query(Role).filter_by(name="cashier").one().id
        session.query(Staff).filter_by(role_id=role_id("kitchen")).update({"role_id": cashier})
    refused = owner.api("DELETE", f"/api/v1/roles/{role_id('kitchen')}")
    assert (refused.status_code, body(refused)["code"]) == (409, "role_built_in")


def test_others_read_at_most(shop: Cast) -> None:
    manager, cashier = shop.browser("manager"), shop.browser("cashier")
    page = manager.get(f"/staff/roles/{role_id('cashier')}").text
    assert ("只能看" in page, "保存" in page) == (True, False)
    assert tick(manager, "cashier").status_code == 403
    assert manager.get("/staff/roles/new").status_code == 403
    assert cashier.get("/staff/roles").status_code == 403
    assert cashier.api("GET", "/api/v1/roles").status_code == 403


def test_a_role_is_not_deleted_while_somebody_gets_it(shop: Cast) -> None:
    """Whoever is hired holds the role's row: the deletion that comes then finds a holder."""
    with database.transaction() as session:
        role = identity.create_role(
            session, {"name": "兼职", "permissions": []}, known=wiring.PERMISSIONS, actor=shop.owner, at=shop.at
        )
        told = {"username": "xiaoai", "name": "小艾", "password": PASSWORD, "role": "兼职", "stores": [shop.east.id]}
        identity.create_staff(session, told, actor=shop.owner, at=shop.at)
    assert shop.browser("owner").api("DELETE", f"/api/v1/roles/{role.id}").status_code == 409
