"""家人共用 on the pages and in the API: invited, accepted, limited, paused, ended; and what everybody sees of it."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from services.audit.models import AuditEntry
from services.household.models import HouseholdPerson
from services.shared import database
from services.signin import commands as signin
from services.stores import commands as stores
from tests.browse import body
from tests.cast import Cast
from tests.households import Home, acting, open_home, prove, two
from tests.selling import welcome_member

FORM = {"kinship": "grandparent", "wallet": "1", "per_day": "100", "per_payment": "80", "points": "1"}
SENT = {"kinship": "grandparent", "wallet": True, "per_day": "100.00", "per_payment": "80.00", "points": True}


@pytest.fixture
def home(shop: Cast) -> Home:
    return open_home(shop)


def link(page: str) -> str:
    """The address that the page shows."""
    found = re.search(r"/member/household/[\w-]+", page)
    assert found, page
    return found[0]


def people() -> int:
    with database.reading() as session:
        return len(session.scalars(select(HouseholdPerson.id)).all())


def acts(action: str) -> int:
    with database.reading() as session:
        return len(session.scalars(select(AuditEntry.id).where(AuditEntry.action == action)).all())


def test_a_holder_invites_and_granny_accepts(shop: Cast) -> None:
    home = two(shop)
    holder, granny = shop.phone(home.holder), shop.phone(home.granny)
    made = holder.post("/member/me/household/invite", **FORM)
    assert made.status_code == 303
    address = link(holder.get(made.location).text)
    page = granny.get(address).text
    assert "林* 想和您共用账户" in page
    assert "一天最多 ¥100，一次最多 ¥80" in page
    assert granny.post(address).status_code == 303
    assert "今天还能用" in granny.get("/member/me/household").text
    assert "王*" in holder.get("/member/me/household").text
    assert granny.get(address).status_code == 410


def test_kinships_stand_in_the_readers_language(shop: Cast) -> None:
    phone = shop.phone(two(shop).holder)
    for language, words in (("zh-CN", "爷爷奶奶/外公外婆"), ("en", "Grandparent")):
        assert words in phone.get("/member/me/household/invite", headers={"Accept-Language": language}).text


def test_who_is_not_signed_in_signs_in_first(shop: Cast) -> None:
    home = two(shop)
    holder = shop.phone(home.holder)
    address = link(holder.get(holder.post("/member/me/household/invite", **FORM).location).text)
    asked = shop.browser().get(address)
    assert (asked.status_code, "/member/sign-in" in asked.location) == (303, True)


def test_nothing_typed_is_lost_where_a_limit_is_wrong(shop: Cast) -> None:
    phone = shop.phone(two(shop).holder)
    page = phone.post("/member/me/household/invite", **{**FORM, "per_day": "600", "per_payment": "700"})
    assert page.status_code == 422
    assert "超过店里规定的一天上限了" in page.text
    assert "一次不能比一天多" in page.text
    assert 'value="600"' in page.text


def test_the_pin_stands_before_the_wallet(shop: Cast) -> None:
    home = two(shop)
    with database.transaction() as session:
        signin.change_wallet_pin(
            session, home.holder.id, signin.hash_pin("259371"), actor=acting(home.holder), at=shop.at
        )
    phone = shop.phone(home.holder)
    assert "支付密码不对" in phone.post("/member/me/household/invite", **FORM).text
    assert phone.api("POST", "/api/v1/me/household/invitations", SENT).status_code == 422
    assert phone.api("POST", "/api/v1/me/household/invitations", SENT | {"pin": "259371"}).status_code == 201
    points = {**SENT, "wallet": False}
    assert phone.api("POST", "/api/v1/me/household/invitations", points).status_code == 201


def test_less_needs_no_pin_and_more_does(home: Home) -> None:
    shop = home.till.shop
    with database.transaction() as session:
        signin.change_wallet_pin(
            session, home.holder.id, signin.hash_pin("259371"), actor=acting(home.holder), at=shop.at
        )
    phone, path = shop.phone(home.holder), f"/member/me/household/people/{home.person}"
    assert phone.post(path, **{**FORM, "per_day": "50", "per_payment": "50"}).status_code == 303
    assert phone.post(path, **{**FORM, "per_day": "90", "per_payment": "50"}).status_code == 422
    assert home.quote()["holds"]["wallet"] == "50.00"


def test_a_pause_holds_at_once_and_is_told(home: Home) -> None:
    shop = home.till.shop
    phone, path = shop.phone(home.holder), f"/member/me/household/people/{home.person}"
    assert phone.post(f"{path}/pause").status_code == 303
    assert home.quote()["holds"]["shared"] is None
    assert "已暂停" in phone.get("/member/me/household").text
    assert "林*暂停了和您的共用" in shop.phone(home.granny).get("/member/inbox").text
    assert phone.post(f"{path}/resume").status_code == 303
    assert home.quote()["holds"]["shared"]
    assert (acts("households:pause"), acts("households:resume")) == (1, 1)


def test_granny_leaves(home: Home) -> None:
    phone = home.till.shop.phone(home.granny)
    assert phone.post("/member/me/household/leave").status_code == 303
    assert people() == 0
    assert phone.post("/member/me/household/leave").status_code == 303  # a second tap


def test_nobody_touches_the_people_of_another(home: Home) -> None:
    phone = home.till.shop.phone(welcome_member(home.till.shop.at, "陈立夏", "+8613800138001"))
    for act in ("", "/pause", "/resume", "/remove"):
        assert phone.post(f"/member/me/household/people/{home.person}{act}", **FORM).status_code == 404
    assert phone.api("DELETE", f"/api/v1/me/household/people/{home.person}", None).status_code == 404
    assert people() == 1


def test_the_shop_sees_it_masked_and_a_manager_ends_it(home: Home) -> None:
    shop = home.till.shop
    page = shop.browser("cashier").get(f"/staff/members/{home.holder.id}").text
    assert "家人共用" in page
    assert "王*" in page
    assert "结束共用" not in page
    told = body(shop.browser("cashier").api("GET", f"/api/v1/members/{home.granny.id}/household", None))
    assert (told["holder"], told["holder_name"], told["me"]["name"]) == (str(home.holder.id), "林*", "王*")
    path = f"/staff/members/{home.holder.id}/household/{home.person}/remove"
    assert shop.browser("cashier").post(path).status_code == 403
    assert shop.browser("manager").post(path).status_code == 303
    assert people() == 0
    for member in (home.holder, home.granny):
        assert "共用" in shop.phone(member).get("/member/inbox").text


def test_the_counter_says_whose_wallet_it_is(home: Home) -> None:
    strip = home.till.browser.get(f"/staff/counter/members/{home.granny.id}").text
    assert "林* 的家人" in strip
    assert "储值最多 80.00" in strip or "储值最多 ¥80.00" in strip
    assert "改用自己的" in strip


def test_the_holders_statement_names_granny_and_hers_tells_no_balance(home: Home) -> None:
    shop = home.till.shop
    order = body(home.pay(home.quote()))
    statement = shop.phone(home.holder).get("/member/wallet/statement").text
    assert "家人 王*" in statement
    assert f"/member/orders/{order['id']}" not in statement
    receipt = shop.phone(home.granny).get(f"/member/orders/{order['id']}").text
    assert "家人的储值" in receipt
    assert "268.00" not in receipt
    assert shop.phone(home.holder).get(f"/member/orders/{order['id']}").status_code == 404


def test_the_own_export_names_the_household(home: Home) -> None:
    for member, role, other in ((home.holder, "holder", "王"), (home.granny, "person", "林")):
        told: Any = body(home.till.shop.phone(member).api("GET", "/api/v1/me/export", None))
        (row,) = told["household"]
        assert (row["role"], row["other"], row["per_day"]) == (role, other, "100.00")


def test_a_shop_that_switches_it_off_ends_every_use(home: Home) -> None:
    shop = home.till.shop
    with database.transaction() as session:
        stores.change_settings(session, {"household.on": False}, actor=shop.owner, at=shop.at)
    assert home.quote()["holds"]["shared"] is None
    assert "店里暂时没有开通家人共用" in shop.phone(home.holder).get("/member/me/household").text
    answer = shop.phone(home.holder).api("POST", "/api/v1/me/household/invitations", SENT)
    assert (answer.status_code, body(answer)["code"]) == (409, "household_off")


def test_the_api_does_all_of_it(shop: Cast) -> None:
    home = two(shop)
    holder, granny = shop.phone(home.holder), shop.phone(home.granny)
    made = body(holder.api("POST", "/api/v1/me/household/invitations", SENT | {"phone": "139 0013 9000"}))
    (offer,) = made["invitations"]
    assert (offer["bound"], offer["per_day"]) == (True, "100.00")
    stranger = welcome_member(shop.at, "陈立夏", "+8613800138001")
    prove(stranger)
    refused = shop.phone(stranger).api("POST", "/api/v1/me/household/joins", {"token": offer["token"]})
    assert (refused.status_code, body(refused)["code"]) == (403, "household_other_phone")
    joined = body(granny.api("POST", "/api/v1/me/household/joins", {"token": offer["token"]}))
    assert (joined["holder"], joined["me"]["left_today"]) == ("林*", "100.00")
    (person,) = body(holder.api("GET", "/api/v1/me/household", None))["people"]
    path = f"/api/v1/me/household/people/{person['id']}"
    assert body(holder.api("PATCH", path, {"per_payment": "20.00"}))["people"][0]["per_payment"] == "20.00"
    assert body(holder.api("PUT", f"{path}/pause", None))["people"][0]["stopped"] == "paused"
    assert body(holder.api("DELETE", f"{path}/pause", None))["people"][0]["stopped"] == ""
    assert body(holder.api("DELETE", path, None))["people"] == []


def test_a_link_is_taken_back(shop: Cast) -> None:
    home = two(shop)
    holder = shop.phone(home.holder)
    (offer,) = body(holder.api("POST", "/api/v1/me/household/invitations", SENT))["invitations"]
    assert body(holder.api("DELETE", f"/api/v1/me/household/invitations/{offer['id']}", None))["invitations"] == []
    answer = shop.phone(home.granny).api("POST", "/api/v1/me/household/joins", {"token": offer["token"]})
    assert (answer.status_code, body(answer)["code"]) == (410, "household_invitation_gone")


def test_a_sale_that_is_sent_again_is_paid_once(home: Home) -> None:
    quote = home.quote()
    proof = home.scan()
    first, again = (home.pay(quote, proof=proof, key="granny-taps-twice") for _ in range(2))
    assert (first.status_code, again.status_code, body(first)["id"]) == (201, 201, body(again)["id"])
    assert home.quote()["holds"]["wallet"] == "68.00"
