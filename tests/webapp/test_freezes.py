"""不是您本人？ A member reports it: spending stops everywhere at once, until somebody at the shop has looked."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.checkout.queries import UNSOLD
from services.coupons import commands as coupons
from services.coupons.queries.held import get_coupon
from services.coupons.queries.transfers import find_offer
from services.messaging.models import Message
from services.shared import database
from services.shared.actors import SYSTEM, Actor
from services.signin.commands import lift_freeze, report_misuse, use_proof
from services.signin.errors import ProofRequired
from services.signin.models import SpendingFreeze, SpendingProof, WalletPin
from services.signin.queries import Proof
from services.signin.rules import PROOF_LIFE
from tests.browse import Browser, body
from tests.cast import Cast
from tests.couponing import give_coupon
from tests.kit.authenticator import Authenticator
from tests.refunding import open_desk
from tests.selling import Till, open_till, welcome_member
from tests.services.test_money_races import meanwhile
from tests.topping import pay_in
from tests.webapp.test_api_scans import Phone, scan
from tests.webapp.test_orders_at_once import at_once
from tests.webapp.test_passkeys import ORIGIN, add, come, is_in, passkeys


def ask(till: Till, way: str = "code") -> int:
    """The counter asks whether something may be spent: the status of the answer."""
    sent = {"store": str(till.shop.east.id), "member": str(till.member.id), "way": way, "amount": "9.00"}
    return till.browser.api("POST", "/api/v1/proofs", sent).status_code


def frozen_shop(shop: Cast) -> tuple[Till, Browser]:
    """A till with a member who has reported, and the member's phone."""
    till = open_till(shop)
    pay_in(till, amount="77.00")
    phone = shop.phone(till.member)
    assert phone.post("/member/me/not-me").status_code == 303
    return till, phone


def told() -> list[str]:
    """The keys of all messages."""
    with database.reading() as session:
        return list(session.scalars(select(Message.key)))


def acts(action: str) -> int:
    """How often it stands in the log."""
    with database.reading() as session:
        return len(session.scalars(select(AuditEntry.id).where(AuditEntry.action == action)).all())


def test_a_report_stops_all_ways_of_spending(shop: Cast) -> None:
    till, phone = frozen_shop(shop)
    for way in ("app", "code"):
        assert ask(till, way) == 403
    manager = Till(shop, shop.browser("manager"), till.products, till.member)
    sent = {
        "store": str(shop.east.id),
        "member": str(till.member.id),
        "way": "override",
        "amount": "9.00",
        "reason": "熟客",
    }
    answer = manager.browser.api("POST", "/api/v1/proofs", sent)
    assert (answer.status_code, body(answer)["code"]) == (403, "spending_frozen")
    assert phone.api("POST", "/api/v1/me/devices", {"name": "iPhone"}).status_code == 403
    assert phone.api("POST", "/api/v1/me/codes", {}).status_code == 403
    assert "消费已冻结" in phone.get("/member/").text
    assert "消费已冻结" in shop.browser("cashier").get(f"/staff/members/{till.member.id}").text


def test_what_was_asked_or_scanned_before_is_void(shop: Cast) -> None:
    till = open_till(shop)
    pay_in(till, amount="77.00")
    phone = shop.phone(till.member)
    code = body(phone.api("POST", "/api/v1/me/codes", {}))["code"]
    scan = body(till.browser.api("POST", "/api/v1/scans", {"store": str(shop.east.id), "code": code}))
    later = body(phone.api("POST", "/api/v1/me/codes", {}))["code"]
    assert ask(till) == 201
    phone.api("POST", "/api/v1/me/misuse-reports", {})
    quote = till.quote(till.line("拿铁"), member=till.member)
    tender = {"kind": "wallet", "amount": "22.00"}
    refused = till.pay(quote, tender, proof=scan["id"])
    assert (refused.status_code, body(refused)["code"]) == (403, "member_proof_required")
    assert till.browser.api("POST", "/api/v1/scans", {"store": str(shop.east.id), "code": later}).status_code == 404
    assert till.pay(till.quote(till.line("拿铁"), member=till.member)).status_code == 201


def test_other_phones_are_signed_out_and_this_one_stays(shop: Cast) -> None:
    till = open_till(shop)
    phone, lost = shop.phone(till.member), shop.phone(till.member)
    phone.post("/member/me/not-me")
    assert lost.get("/member/me").status_code == 303
    assert "您在" in phone.get("/member/me/not-me").text
    phone.post("/member/me/not-me")
    assert acts("spending:freeze") == 1


def test_what_a_stranger_who_was_in_has_made_opens_and_proves_nothing(shop: Cast) -> None:
    till = open_till(shop)
    phone, lost, device = shop.phone(till.member), shop.phone(till.member), Authenticator(ORIGIN)
    key, made = add(lost, device, "/member/me")
    assert made.status_code == 200
    assert lost.post("/member/me/pin", current="", pin="246813", again="246813").status_code == 303
    phone.post("/member/me/not-me")
    with database.reading() as session:
        assert (passkeys(), session.get(WalletPin, till.member.id)) == ([], None)
    back = shop.browser()
    come(back, device, key, "member")
    assert not is_in(back, "member")


def test_who_came_in_since_is_signed_out_by_a_second_report(shop: Cast) -> None:
    till = open_till(shop)
    phone = shop.phone(till.member)
    phone.post("/member/me/not-me")
    thief = shop.phone(till.member)
    add(thief, Authenticator(ORIGIN), "/member/me")
    assert phone.api("POST", "/api/v1/me/misuse-reports", {}).status_code == 201
    assert (is_in(thief, "member"), is_in(phone, "member"), passkeys()) == (False, True, [])
    assert acts("spending:freeze") == 1


def spend(till: Till, proof: Proof, session: Session) -> None:
    """As a sale of ¥5 does at this counter."""
    use_proof(
        session, proof, till.member.id, 500, store_id=till.shop.east.id, confirm_above=20_000, unsold=UNSOLD,
        actor=till.shop.cashier, at=till.shop.at,
    )  # fmt: skip


def report(till: Till) -> None:
    with database.transaction() as session:
        report_misuse(session, keep=0, actor=Actor("member", till.member.id), at=till.shop.at)


def test_a_report_holds_though_a_sale_uses_a_scan_at_that_moment(shop: Cast) -> None:
    till = open_till(shop)
    shop.phone(till.member)
    scanned = Proof("scan", int(body(scan(till, Phone(till).code()))["id"][2:]))
    with database.transaction() as session:
        spend(till, scanned, session)
        other = meanwhile(session, lambda: report(till))
    other.done()
    with database.reading() as session:
        assert session.get(SpendingFreeze, till.member.id) is not None


def test_a_proof_that_was_opened_while_the_member_reported_proves_nothing(shop: Cast) -> None:
    """It was not there yet for the report to void it, as its transaction was open."""
    till = open_till(shop)
    report(till)
    with database.transaction() as session:
        late = SpendingProof(
            member_id=till.member.id, store_id=shop.east.id, staff_id=shop.cashier.id, way="app", most=900,
            created_at=shop.at, confirmed_at=shop.at, expires_at=shop.at + PROOF_LIFE,
        )  # fmt: skip
        session.add(late)
        session.flush()
        with pytest.raises(ProofRequired):
            spend(till, Proof("proof", late.id), session)


def test_a_proof_that_slipped_through_does_not_live_again_when_somebody_lifts_the_freeze(shop: Cast) -> None:
    till = open_till(shop)
    report(till)
    with database.transaction() as session:
        late = SpendingProof(
            member_id=till.member.id, store_id=shop.east.id, staff_id=shop.cashier.id, way="app", most=900,
            created_at=shop.at, confirmed_at=shop.at, expires_at=shop.at + PROOF_LIFE,
        )  # fmt: skip
        session.add(late)
        session.flush()
        lift_freeze(session, till.member.id, "打电话问过", actor=shop.manager, at=shop.at)
        with pytest.raises(ProofRequired):
            spend(till, Proof("proof", late.id), session)


def test_two_first_reports_at_the_same_moment_are_one(shop: Cast) -> None:
    till = open_till(shop)
    phones = [shop.phone(till.member) for _ in range(2)]
    answers = at_once(lambda number: phones[number].post("/member/me/not-me").status_code, 2)
    assert set(answers) == {303}
    assert acts("spending:freeze") == 1
    assert sorted(is_in(phone, "member") for phone in phones) == [False, True], "whoever was first is still in"


def test_coupons_go_to_nobody_by_a_link(shop: Cast) -> None:
    till = open_till(shop)
    coupon, _ = give_coupon(shop, till.member, transferable=True)
    phone, friend = shop.phone(till.member), shop.phone(welcome_member(shop.at, "王二", "+8613800138001"))
    phone.post(f"/member/coupons/{coupon}/transfer")
    link = re.search(r"/member/coupons/gift/[\w-]+", phone.get(f"/member/coupons/{coupon}").text)
    assert link is not None
    phone.post("/member/me/not-me")
    assert (friend.get(link[0]).status_code, friend.post(link[0]).status_code) == (410, 410)
    assert "消费已冻结" in phone.post(f"/member/coupons/{coupon}/transfer").text
    assert acts("coupons:keep") == 1
    with database.reading() as session:
        assert get_coupon(session, coupon).member_id == till.member.id
        assert find_offer(session, coupon, at=shop.at) is None


def test_a_link_that_slipped_through_is_worth_nothing_while_the_giver_is_frozen(shop: Cast) -> None:
    till = open_till(shop)
    coupon, _ = give_coupon(shop, till.member, transferable=True)
    friend = welcome_member(shop.at, "王二", "+8613800138001")
    report(till)
    with database.transaction() as session:
        token = coupons.offer_transfer(session, coupon, till.member.id, actor=SYSTEM, at=shop.at)
    assert shop.phone(friend).post(f"/member/coupons/gift/{token}").status_code == 410


def test_no_stored_money_is_paid_back_in_cash(shop: Cast) -> None:
    till, _ = frozen_shop(shop)
    sent = {"store": str(shop.east.id), "amount": "77.00", "tender": "cash", "reason": "顾客搬家"}
    answer = shop.browser("manager").api("POST", f"/api/v1/members/{till.member.id}/wallet/payouts", sent)
    assert (answer.status_code, body(answer)["code"]) == (403, "spending_frozen")
    assert "消费已冻结" in body(answer)["title"]


def test_somebody_looks_and_it_opens_again(shop: Cast) -> None:
    till, phone = frozen_shop(shop)
    manager, path = shop.browser("manager"), f"/staff/members/{till.member.id}/unfreeze"
    assert "林小满" in manager.get("/staff/freezes").text
    assert shop.browser("cashier").get("/staff/freezes").status_code == 403
    assert shop.browser("cashier").post(path, reason="没事").status_code == 403
    assert manager.post(path, reason="").status_code == 422
    assert manager.post(path, reason="打电话问过").status_code == 303
    assert ask(till) == 201
    assert phone.api("POST", "/api/v1/me/devices", {"name": "iPhone"}).status_code == 201
    assert "没有冻结的会员" in manager.get("/staff/freezes").text
    assert "消费已经解冻" in phone.get("/member/inbox").text
    assert manager.api("POST", f"/api/v1/members/{till.member.id}/unfreezings", {"reason": "又"}).status_code == 204
    assert acts("spending:unfreeze") == 1


def test_programs_see_and_lift_it(shop: Cast) -> None:
    till, _ = frozen_shop(shop)
    manager = shop.browser("manager")
    found = body(manager.api("GET", "/api/v1/spending-freezes"))["items"]
    assert [each["member"] for each in found] == [str(till.member.id)]
    assert manager.api("POST", f"/api/v1/members/{till.member.id}/unfreezings", {"reason": "问过"}).status_code == 204
    assert body(manager.api("GET", "/api/v1/spending-freezes"))["items"] == []


def test_a_new_pin_is_told_and_each_notice_leads_to_the_report(shop: Cast) -> None:
    till = open_till(shop)
    phone = shop.phone(till.member)
    assert phone.post("/member/me/pin", current="", pin="246813", again="246813").status_code == 303
    with database.reading() as session:
        (message,) = session.scalars(select(Message).where(Message.member_id == till.member.id))
    assert message.title == "支付密码改了"
    assert "/member/me/not-me" in phone.get(f"/member/inbox/{message.id}").text
    assert "不是我，马上冻结" in phone.get("/member/me/not-me").text


def test_points_that_a_sale_used_are_told_even_where_sales_are_not(shop: Cast) -> None:
    assert shop.browser("owner").api("PATCH", "/api/v1/settings", {"messages.sale": False}).status_code == 200
    desk = open_desk(shop)
    desk.give_points(1000)
    desk.sell(("提拉米苏", 1))
    assert [key for key in told() if key.startswith("order:")] == []
    desk.sell(("提拉米苏", 1), points=1000)
    assert len([key for key in told() if key.startswith("order:")]) == 1
