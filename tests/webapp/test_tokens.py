"""Programs: an owner gives one a token, chosen by ticking, shown once; it reaches what was ticked, where it was let in, until revoked."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from services import wiring
from services.identity import commands as identity
from services.identity.models import ApiToken
from services.identity.queries import actor_of_staff
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.signin import commands as signin
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.selling import open_till

TOKENS = "/staff/tokens"


def make(browser: Browser, **typed: Any) -> str:
    """The page after a token was asked for."""
    asked: dict[str, Any] = {"name": "财务软件", "scopes[]": ["orders:read"], "all_stores": "1"} | typed
    return browser.post(TOKENS, **{key: value for key, value in asked.items() if value is not None}).text


def shown(page: str) -> str:
    """What the page shows, once."""
    return page.split("data-token>")[1].split("<", maxsplit=1)[0]


def ask(shop: Cast, path: str, clear: str, method: str = "GET", sent: object = None) -> TestResponse:
    """What a program hears."""
    headers = {"Authorization": f"Bearer {clear}", "Idempotency-Key": str(uuid4())}
    return shop.app.test_client().open(path, method=method, json=sent, headers=headers)


def test_a_token_is_shown_once_and_reaches_what_was_ticked(shop: Cast) -> None:
    owner = shop.browser("owner")
    clear = shown(make(owner))
    assert clear.startswith("ck_")
    assert clear not in owner.get(TOKENS).text
    assert ask(shop, "/api/v1/orders", clear).status_code == 200
    assert ask(shop, "/api/v1/members", clear).status_code == 403


def test_in_some_stores_it_sees_only_those(shop: Cast) -> None:
    till, owner = open_till(shop), shop.browser("owner")
    sold = till.sell(till.line("拿铁"))
    here = shown(make(owner, all_stores=None, **{"stores[]": [str(shop.east.id)]}))
    there = shown(make(owner, all_stores=None, **{"stores[]": [str(shop.south.id)]}))
    assert [each["id"] for each in body(ask(shop, "/api/v1/orders", here))["items"]] == [sold["id"]]
    assert body(ask(shop, "/api/v1/orders", there))["items"] == []
    assert ask(shop, f"/api/v1/orders/{sold['id']}", there).status_code == 404


def test_when_it_was_used_is_known_within_an_hour(shop: Cast) -> None:
    owner = shop.browser("owner")
    clear = shown(make(owner))
    assert "还没用过" in owner.get(TOKENS).text
    for later in (timedelta(0), timedelta(minutes=59), timedelta(hours=1)):
        with clock.stand_at(shop.at + later):
            ask(shop, "/api/v1/orders", clear).close()
        with database.transaction() as session:
            used = session.query(ApiToken).filter_by(name="财务软件").one().last_used_at
        assert used == shop.at + (later if later >= timedelta(hours=1) else timedelta(0))


def test_a_revoked_one_opens_nothing_any_more(shop: Cast) -> None:
    owner = shop.browser("owner")
    clear = shown(make(owner))
    with database.transaction() as session:
        token_id = session.query(ApiToken).one().id
    assert owner.post(f"{TOKENS}/{token_id}/revoke").status_code == 303
    assert ask(shop, "/api/v1/orders", clear).status_code == 401
    assert "已作废" in owner.get(TOKENS).text


def test_a_program_may_never_more_than_its_maker_may_today(shop: Cast) -> None:
    manager = {"username": "deputy", "name": "副手", "password": PASSWORD, "role": "owner", "stores": None}
    with database.transaction() as session:
        deputy = identity.create_staff(session, manager, actor=SYSTEM, at=shop.at)
        maker = actor_of_staff(session, deputy)
        told: dict[str, Any] = {"known": wiring.PERMISSIONS, "actor": maker, "at": shop.at}
        _row, clear = identity.create_token(session, "副手的", ["all"], **told)
        _row, narrow = identity.create_token(session, "看会员", ["members:read", "members:phones"], **told)
    assert ask(shop, "/api/v1/staff", clear).status_code == 200
    lesser = {"name": "副手", "role": "cashier", "stores": [shop.east.id]}
    with database.transaction() as session:
        identity.change_staff(session, deputy.id, lesser, actor=SYSTEM, at=shop.at)
    assert ask(shop, "/api/v1/staff", clear).status_code == 403
    fresh = {"username": "x", "name": "x", "password": PASSWORD, "role": "owner", "all_stores": True}
    assert ask(shop, "/api/v1/staff", clear, "POST", fresh).status_code == 403
    till = open_till(shop)
    sold = till.sell(till.line("拿铁"), member=None)
    assert ask(shop, f"/api/v1/orders/{sold['id']}", clear).status_code == 200
    phones = [each["phone"] for each in body(ask(shop, "/api/v1/members", narrow))["items"]]
    assert phones
    assert all("*" in each for each in phones)
    with database.transaction() as session:
        identity.change_staff(session, deputy.id, lesser | {"stores": [shop.south.id]}, actor=SYSTEM, at=shop.at)
    assert ask(shop, f"/api/v1/orders/{sold['id']}", clear).status_code == 404


@pytest.mark.parametrize("way", ["another", "reset", "code"])
def test_a_password_from_another_hand_ends_the_programs_of_who_had_the_old_one(shop: Cast, way: str) -> None:
    owner = shop.browser("owner")
    clear = shown(make(owner))
    assert ask(shop, "/api/v1/orders", clear).status_code == 200
    staff_id = shop.staff["owner"].id
    with database.transaction() as session:
        told: dict[str, Any] = {"actor": SYSTEM, "at": shop.at}
        if way == "another":
            signin.set_password(session, staff_id, "a-new-password", **told)
        elif way == "reset":
            signin.reset_owner(session, "", "a-new-password", **told)
        else:
            code = signin.make_recovery_codes(session, actor=shop.owner, at=shop.at)[0]
            name = shop.staff["owner"].username
            assert signin.recover_staff(session, name, code, "a-new-password", actor=shop.owner, at=shop.at)
    assert ask(shop, "/api/v1/orders", clear).status_code == 401


def test_who_leaves_leaves_no_program_behind(shop: Cast) -> None:
    with database.transaction() as session:
        leaver = identity.create_staff(
            session,
            {"username": "leaver", "name": "走的人", "password": PASSWORD, "role": "owner", "stores": None},
            actor=SYSTEM,
            at=shop.at,
        )
        actor = actor_of_staff(session, leaver, "tests")
        _, clear = identity.create_token(session, "留的", ["all"], known=wiring.PERMISSIONS, actor=actor, at=shop.at)
    child = body(ask(shop, "/api/v1/tokens", clear, "POST", {"name": "孙", "scopes": ["all"], "all_stores": True}))[
        "token"
    ]
    assert ask(shop, "/api/v1/orders", child).status_code == 200
    assert "走的人" in shop.browser("owner").get(TOKENS).text
    assert shop.browser("owner").post(f"/staff/people/{leaver.id}/disable").status_code == 303
    assert [ask(shop, "/api/v1/orders", each).status_code for each in (clear, child)] == [401, 401]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"scopes[]": None}, "至少勾一项"),
        ({"scopes[]": ["nothing:like_it"]}, "没有这个权限"),
        ({"all_stores": None}, "至少选一家门店"),
        ({"all_stores": None, "stores[]": ["999"]}, "没有这家门店"),
        ({"name": ""}, "请填写"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_lost(shop: Cast, typed: dict[str, Any], said: str) -> None:
    page = make(shop.browser("owner"), **({"name": "小程序"} | typed))
    assert said in page
    assert "小程序" in page or "name" in typed
    with database.transaction() as session:
        assert session.query(ApiToken).count() == 0


def test_nobody_gives_a_program_what_they_do_not_hold(shop: Cast) -> None:
    program = shop.token("tokens:create", "orders:read")["Authorization"].removeprefix("Bearer ")
    asked = {"name": "另一个", "all_stores": True}
    made = ask(shop, "/api/v1/tokens", program, "POST", asked | {"scopes": ["orders:read"]})
    assert made.status_code == 201
    assert body(made)["token"].startswith("ck_")
    for more in (["members:read"], ["all"]):
        assert ask(shop, "/api/v1/tokens", program, "POST", asked | {"scopes": more}).status_code == 422
    listed = body(ask(shop, "/api/v1/tokens", program))["items"]
    assert {each["name"] for each in listed} == {"test", "另一个"}
    assert all("token" not in each for each in listed)
    assert ask(shop, f"/api/v1/tokens/{body(made)['id']}", program, "DELETE").status_code == 204
    assert ask(shop, "/api/v1/orders", body(made)["token"]).status_code == 401
