"""A phone that came in by a code alone spends little stored value for a day, unless the old PIN or a manager says yes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.members.models import Member
from services.shared import clock, database
from services.signin.models import CoolDown, WalletPin
from services.stores import commands as stores
from tests.browse import Browser, body
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till
from tests.webapp.test_api_scans import Phone, scan
from tests.webapp.test_member_signin import code_for, try_code
from tests.webapp.test_proofs import ask, fill_wallet, pay_from_wallet, say
from webapp.web.people import KNOWN_COOKIE

PIN = "482915"
MANY, FEW = 7, 6  # 提拉米苏 at ¥32: ¥224, and ¥192


@pytest.fixture
def till(shop: Cast) -> Till:
    """The member's phone was proven long ago; this shop lets six hours pass."""
    opened = open_till(shop)
    fill_wallet(opened, 200_000)
    with database.transaction() as session:
        session.get_one(Member, opened.member.id).phone_verified_at = NOON - timedelta(days=90)
        stores.change_settings(session, {"wallet.cool_hours": 6}, actor=shop.owner, at=NOON)
    return opened


def come_in(till: Till, browser: Browser | None = None) -> Browser:
    """On a phone, with a code that staff show."""
    browser = browser or till.shop.browser()
    assert try_code(till.shop, code_for(till.shop, till.member).digits, browser=browser).status_code == 303
    return browser


def cooling() -> list[CoolDown]:
    with database.reading() as session:
        return list(session.scalars(select(CoolDown)))


def agreed(till: Till, phone: Browser, amount: str = "224.00") -> str:
    """A question that the member said yes to on this phone."""
    proof = str(body(ask(till, "app", amount))["id"])
    phone.post(f"/member/confirmations/{proof[2:]}", answer="yes")
    return proof


def refused(answer: TestResponse) -> bool:
    told = body(answer)
    return (answer.status_code, told.get("code")) == (403, "member_proof_required") and "新手机" in told["title"]


def test_a_new_phone_spends_little_for_a_while(till: Till) -> None:
    phone = come_in(till)
    assert pay_from_wallet(till, agreed(till, phone), FEW).status_code == 201
    answer = pay_from_wallet(till, agreed(till, phone), MANY)
    assert refused(answer)
    assert "11-21 20:20" in body(answer)["title"], "when it ends, in the shop's time"
    with clock.stand_at(NOON + timedelta(hours=6)):
        assert pay_from_wallet(till, agreed(till, phone), MANY).status_code == 201


def test_many_small_sales_reach_no_further_than_one(till: Till) -> None:
    pay_from_wallet(till, agreed(till, till.shop.phone(till.member)), FEW)
    with clock.stand_at(NOON + timedelta(minutes=1)):
        phone = come_in(till)
        assert pay_from_wallet(till, agreed(till, phone), 4).status_code == 201, "what was spent before does not count"
        assert pay_from_wallet(till, agreed(till, phone), 2).status_code == 201
        assert refused(pay_from_wallet(till, agreed(till, phone), 1))
    with clock.stand_at(NOON + timedelta(minutes=2)):
        scanned = body(scan(till, Phone(till).code()))
        assert refused(pay_from_wallet(till, scanned["id"], 1))


def test_another_number_is_as_good_as_a_new_phone(till: Till) -> None:
    phone, path = till.shop.phone(till.member), f"/api/v1/members/{till.member.id}"
    manager = till.shop.browser("manager")
    assert manager.api("PATCH", path, {"name": "林小满"}).status_code == 200
    assert cooling() == []
    asked = {"phone": "13900139000", "reason": "旧号停用，本人带身份证来"}
    assert manager.api("POST", f"{path}/phone-overrides", asked).status_code == 204
    assert cooling()[0].ends_at == NOON + timedelta(hours=6)
    assert refused(pay_from_wallet(till, agreed(till, phone), MANY))


def test_neither_its_scan_nor_a_code_that_is_said_reach_further(till: Till) -> None:
    come_in(till)
    assert refused(pay_from_wallet(till, say(till, "224.00"), MANY))
    scanned = body(scan(till, Phone(till).code()))
    assert refused(pay_from_wallet(till, scanned["id"], MANY))


def test_the_phone_that_was_there_before_waits_too(till: Till) -> None:
    old = till.shop.phone(till.member)
    come_in(till)
    assert refused(pay_from_wallet(till, agreed(till, old), MANY)), "nobody can tell which of the two is the thief's"


def test_the_pin_from_before_reaches_one_that_was_chosen_since_does_not(till: Till) -> None:
    choose_pin(till, NOON - timedelta(days=3))
    come_in(till)
    assert pay_from_wallet(till, typed_pin(till), MANY).status_code == 201
    choose_pin(till, NOON)
    with clock.stand_at(NOON + timedelta(minutes=1)):
        assert refused(pay_from_wallet(till, typed_pin(till), MANY))


def test_a_second_new_phone_makes_no_pin_old(till: Till) -> None:
    come_in(till)
    choose_pin(till, NOON + timedelta(minutes=1))
    with clock.stand_at(NOON + timedelta(minutes=2)):
        come_in(till)
    assert cooling()[0].started_at == NOON
    with clock.stand_at(NOON + timedelta(minutes=3)):
        assert refused(pay_from_wallet(till, typed_pin(till), MANY))


def test_a_manager_answers_for_it_and_a_cashier_cannot(till: Till) -> None:
    come_in(till)
    assert ask(till, "override", "224.00", reason="本人带身份证来").status_code == 403
    with_manager = replace(till, browser=till.shop.browser("manager"))
    proof = body(ask(with_manager, "override", "224.00", reason="本人带身份证来"))["id"]
    assert pay_from_wallet(with_manager, proof, MANY).status_code == 201


def test_the_same_phone_is_known_when_it_comes_back(till: Till) -> None:
    phone = come_in(till)
    with clock.stand_at(NOON + timedelta(hours=5)):
        phone.post("/member/sign-out")
        come_in(till, phone)
    assert cooling()[0].ends_at == NOON + timedelta(hours=6), "no second time"
    with clock.stand_at(NOON + timedelta(hours=7)):
        assert pay_from_wallet(till, agreed(till, phone), MANY).status_code == 201


def test_what_a_phone_keeps_says_nothing_of_another_member_and_opens_nothing(till: Till) -> None:
    kept = come_in(till).client.get_cookie(KNOWN_COOKIE)
    assert kept is not None
    stranger = Browser(till.shop.app, (KNOWN_COOKIE, kept.value))
    assert stranger.get("/member/").status_code == 303
    with database.reading() as session:
        assert kept.value not in str(session.scalars(select(CoolDown)).all())


def test_a_phone_that_was_signed_out_from_elsewhere_is_new_again(till: Till) -> None:
    stolen, mine = come_in(till), till.shop.phone(till.member)
    with clock.stand_at(NOON + timedelta(days=2)):
        assert mine.api("DELETE", "/api/v1/me/sessions").status_code == 204
        come_in(till, stolen)
        assert cooling()[0].ends_at == NOON + timedelta(days=2, hours=6)


def test_who_has_just_joined_and_pays_in_may_spend_it(shop: Cast) -> None:
    till = open_till(shop)
    phone = come_in(till)
    fill_wallet(till, 50_000)
    assert cooling() == []
    assert pay_from_wallet(till, agreed(till, phone), MANY).status_code == 201


def test_it_is_a_day_where_the_shop_says_nothing(shop: Cast) -> None:
    till = open_till(shop)
    fill_wallet(till)
    come_in(till)
    assert cooling()[0].ends_at == NOON + timedelta(hours=24)


def test_the_shop_may_ask_for_none_and_an_ordinary_sale_is_untouched(till: Till) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"wallet.cool_above": 0}, actor=till.shop.owner, at=NOON)
    phone = come_in(till)
    assert cooling() == []
    assert pay_from_wallet(till, agreed(till, phone), MANY).status_code == 201


def test_the_member_reads_it_and_so_does_a_program(till: Till) -> None:
    phone = come_in(till)
    assert "大额储值先缓一缓" in phone.get("/member/wallet").text
    proof = str(body(ask(till, "app", "224.00"))["id"])
    assert "大额储值先缓一缓" in phone.get(f"/member/confirmations/{proof[2:]}").text
    for answer in (phone.api("GET", "/api/v1/me/wallet"), _wallet(till)):
        assert body(answer)["cools_until"] == "2026-11-21T12:20:00Z"
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "cool_downs:create")).all()


def choose_pin(till: Till, at: object) -> None:
    from services.signin.commands import change_wallet_pin, hash_pin

    with database.transaction() as session:
        change_wallet_pin(session, till.member.id, hash_pin(PIN), actor=till.shop.owner, at=at)  # type: ignore[arg-type]
    with database.reading() as session:
        assert session.get_one(WalletPin, till.member.id).changed_at == at


def typed_pin(till: Till) -> str:
    """The PIN, on top of a scan."""
    scanned = body(scan(till, Phone(till).code()))
    return str(body(ask(till, "pin", "224.00", pin=PIN, proof=scanned["id"]))["id"])


def _wallet(till: Till) -> TestResponse:
    return till.browser.api("GET", f"/api/v1/members/{till.member.id}/wallet")
