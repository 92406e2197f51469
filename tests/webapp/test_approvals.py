"""A second person agrees before money, points or the whole log leaves the shop: asked, decided, done once, and never by oneself."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.approvals.lately import sum_lately
from services.approvals.models import Approval
from services.approvals.queries import load_settings_in_force
from services.approvals.rules import PAYOUT, POINTS, needs_approval
from services.audit.models import AuditEntry
from services.identity.commands import create_staff
from services.identity.models import Role, Staff
from services.loyalty.queries import get_balance as get_points
from services.messaging.models import Delivery, PushSubscription
from services.privacy.commands import erase_member
from services.privacy.purging import purge_old
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.signin.models import SpendingFreeze
from services.stores.commands import change_settings
from services.stores.settings import Settings
from services.wallet.models import Payout
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.selling import Till, books_add_up, open_till
from tests.topping import pay_in
from tests.webapp.test_orders_at_once import at_once

ON = {"approvals.payouts": True, "approvals.wallet": True, "approvals.points": True, "approvals.exports": True}


@pytest.fixture
def till(shop: Cast) -> Till:
    """A shop that wants a second person; 林小满 has ¥77 stored."""
    till = open_till(shop)
    pay_in(till, amount="77.00")
    with database.transaction() as session:
        change_settings(session, ON, actor=SYSTEM, at=shop.at)
    return till


def wallet(till: Till, rest: str = "") -> str:
    return f"/api/v1/members/{till.member.id}/wallet{rest}"


def ask(till: Till, browser: Browser, *, key: str | None = None, **more: Any) -> Any:
    """A payout that has to wait: the request."""
    sent = {"store": str(till.shop.east.id), "reason": "搬家"} | more
    answer = browser.api("POST", wallet(till, "/payouts"), sent, key)
    assert answer.status_code == 202, answer.text
    return body(answer)


def act(browser: Browser, made: Any, what: str, sent: Any = None) -> Any:
    return browser.api("POST", f"/api/v1/approvals/{made['id']}/{what}", sent)


def payouts() -> int:
    with database.reading() as session:
        return len(session.scalars(select(Payout.id)).all())


def lines(*actions: str) -> list[str]:
    """Who did what of these, in the order of the log."""
    with database.reading() as session:
        found = session.execute(
            select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.id)
        ).scalars()
        return [f"{each.actor_name} {each.action}" for each in found]


def test_a_payout_waits_is_approved_and_is_done_in_the_name_of_who_asked(till: Till) -> None:
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")
    made = ask(till, manager)
    assert (made["kind"], made["state"], made["amount"], payouts()) == ("payout", "waiting", "77.00", 0)
    assert body(manager.api("GET", wallet(till)))["total"] == "77.00"
    done = act(owner, made, "approve")
    assert (done.status_code, body(done)["state"], payouts()) == (200, "approved", 1)
    assert body(manager.api("GET", wallet(till)))["total"] == "0.00"
    assert lines("approvals:ask", "approvals:approve", "wallet:pay_out") == [
        "小周 approvals:ask", "小周 wallet:pay_out", "阿满 approvals:approve",
    ]  # fmt: skip
    with database.reading() as session:
        assert session.scalar(select(Payout.staff_id)) == till.shop.staff["manager"].id


def test_the_same_key_is_the_same_request_and_another_one_has_to_wait(till: Till) -> None:
    manager = till.shop.browser("manager")
    assert ask(till, manager, key="one-payout") == ask(till, manager, key="one-payout")
    sent = {"store": str(till.shop.east.id), "reason": "搬家"}
    again = manager.api("POST", wallet(till, "/payouts"), sent)
    assert (again.status_code, body(again)["code"]) == (409, "approval_waiting")


def test_what_would_be_refused_is_refused_at_once(till: Till) -> None:
    sent = {"store": str(till.shop.east.id), "reason": "搬家", "amount": "1.00"}
    refused = till.shop.browser("manager").api("POST", wallet(till, "/payouts"), sent)
    assert (refused.status_code, body(refused)["code"]) == (422, "below_legal_floor")


def test_nobody_decides_what_they_asked_for_and_who_lacks_the_act_does_not_see_it(till: Till) -> None:
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")
    own = act(manager, made := ask(till, manager), "approve")
    assert (own.status_code, body(own)["code"]) == (409, "own_request")
    with database.transaction() as session:  # the manager may adjust wallets while asking, and not any more
        role = session.get_one(Role, till.shop.staff["manager"].role_id)
        role.permissions = sorted({*role.permissions, "wallet:adjust"})
    given = {"principal": "0.00", "bonus": "200.00", "reason": "补偿"}
    asked = body(owner.api("POST", wallet(till, "/adjustments"), given))
    with database.transaction() as session:
        role = session.get_one(Role, till.shop.staff["manager"].role_id)
        role.permissions = sorted({*role.permissions} - {"wallet:adjust"})
    assert act(manager, asked, "approve").status_code == 404
    assert [each["id"] for each in body(manager.api("GET", "/api/v1/approvals"))["items"]] == [made["id"]]


def test_a_program_may_ask_and_look_but_never_decide(till: Till) -> None:
    headers = till.shop.token("all") | {"Idempotency-Key": "a-programs-key"}
    client = till.shop.client()
    sent = {"store": str(till.shop.east.id), "reason": "搬家"}
    made = client.post(wallet(till, "/payouts"), json=sent, headers=headers)
    assert made.status_code == 202
    where = f"/api/v1/approvals/{body(made)['id']}"
    assert body(client.get(where, headers=headers))["state"] == "waiting"
    assert client.post(f"{where}/approve", json={}, headers=headers).status_code == 403
    assert body(act(till.shop.browser("manager"), body(made), "approve"))["state"] == "approved"


def test_declined_with_a_reason_withdrawn_or_too_late_nothing_happens(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")
    made = ask(till, manager)
    assert body(act(owner, made, "decline", {"note": ""}))["errors"].keys() == {"note"}
    assert body(act(owner, made, "decline", {"note": "先问会员"}))["note"] == "先问会员"
    assert act(owner, made, "approve").status_code == 410
    taken_back = ask(till, manager)
    assert act(owner, taken_back, "withdraw").status_code == 404
    assert body(act(manager, taken_back, "withdraw"))["state"] == "withdrawn"
    assert act(owner, taken_back, "approve").status_code == 410
    late = ask(till, manager)
    with database.transaction() as session:
        session.execute(update(Approval).where(Approval.id == int(late["id"])).values(expires_at=till.shop.at))
    assert act(owner, late, "approve").status_code == 410
    assert body(owner.api("GET", f"/api/v1/approvals/{late['id']}"))["state"] == "expired"
    assert payouts() == 0
    assert lines("approvals:decline", "approvals:withdraw") == ["阿满 approvals:decline", "小周 approvals:withdraw"]


def test_a_wallet_that_moved_meanwhile_is_a_clear_refusal_and_the_request_waits_on(till: Till) -> None:
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")
    made = ask(till, manager)
    pay_in(till, amount="10.00")
    refused = act(owner, made, "approve")
    assert (refused.status_code, body(refused)["code"]) == (409, "sheet_changed")
    assert body(owner.api("GET", f"/api/v1/approvals/{made['id']}"))["state"] == "waiting"


def test_who_was_disabled_or_lost_the_permission_gets_nothing_done(till: Till) -> None:
    made, owner = ask(till, till.shop.browser("manager")), till.shop.browser("owner")
    with database.transaction() as session:
        session.get_one(Staff, till.shop.staff["manager"].id).disabled_at = till.shop.at
    refused = act(owner, made, "approve")
    assert (refused.status_code, body(refused)["code"], payouts()) == (409, "requester_lost", 0)


def test_a_frozen_member_is_refused_and_an_erased_one_ends_the_request(till: Till) -> None:
    made, owner = ask(till, till.shop.browser("manager"), reason="林小满要搬家"), till.shop.browser("owner")
    with database.transaction() as session:
        session.add(SpendingFreeze(member_id=till.member.id, reported_at=till.shop.at))
    assert body(act(owner, made, "approve"))["code"] == "spending_frozen"
    with database.transaction() as session:
        erase_member(session, till.member.id, give_up=True, actor=SYSTEM, at=till.shop.at)
    assert act(owner, made, "approve").status_code == 410
    with database.reading() as session:
        assert session.scalars(select(Approval.reason)).all() == [""]


def test_deciding_asks_who_is_there(till: Till) -> None:
    made, owner = ask(till, till.shop.browser("manager")), till.shop.browser("owner")
    with clock.stand_at(till.shop.at + timedelta(minutes=6)):
        refused = act(owner, made, "approve")
        assert (refused.status_code, body(refused)["code"]) == (403, "step_up_needed")
        assert owner.post(f"/staff/approvals/{made['id']}/approve").status_code == 403
    assert payouts() == 0


def test_who_could_decide_is_told_and_then_who_asked(till: Till) -> None:
    ids = give_phones(till)
    made = ask(till, till.shop.browser("manager"))
    assert told() == [(ids["owner"], "小周有一件事等您批")]
    act(till.shop.browser("owner"), made, "decline", {"note": "先问会员"})
    assert told()[1:] == [(ids["manager"], "您提的事没有批")]


def give_phones(till: Till) -> dict[str, int]:
    """Some staff, whose phones are told things from now on: their ids by role."""
    ids = {name: till.shop.staff[name].id for name in ("owner", "manager", "cashier")}
    with database.transaction() as session:
        for name, staff_id in ids.items():
            phone = {"endpoint": f"https://web.push.apple.com/{name}", "p256dh": "x", "auth": "x"}
            times = {"created_at": till.shop.at, "seen_at": till.shop.at}
            session.add(PushSubscription(app="staff", staff_id=staff_id, **phone, **times))
    return ids


def told() -> list[tuple[int | None, str]]:
    """Who was told what on their phone."""
    with database.reading() as session:
        rows = session.execute(
            select(PushSubscription.staff_id, Delivery.payload)
            .join(Delivery, Delivery.subscription_id == PushSubscription.id)
            .order_by(Delivery.id)
        ).all()
    return [(staff_id, payload["notification"]["body"]) for staff_id, payload in rows]


def test_64_who_agree_at_once_pay_once(till: Till) -> None:
    made = ask(till, till.shop.browser("manager"))
    owners = [till.shop.browser("owner") for _ in range(64)]
    answers = at_once(lambda place: act(owners[place], made, "approve"))
    assert sorted(each.status_code for each in answers).count(200) == 1
    assert {each.status_code for each in answers} <= {200, 410, 503}
    assert payouts() == 1
    assert books_add_up()


def test_small_adjustments_are_done_at_once_and_large_ones_wait(till: Till) -> None:
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")
    path = f"/api/v1/members/{till.member.id}/points/adjustments"
    assert manager.api("POST", path, {"amount": 1000, "reason": "补"}).status_code == 201
    large = manager.api("POST", path, {"amount": 1001, "reason": "补"})
    assert (large.status_code, body(large)["amount"]) == (202, "1001")
    with database.reading() as session:
        before = get_points(session, till.member.id)
    assert act(owner, body(large), "approve").status_code == 200
    with database.reading() as session:
        assert get_points(session, till.member.id) == before + 1001


def test_many_small_ones_are_a_large_one(till: Till) -> None:
    manager, path = till.shop.browser("manager"), f"/api/v1/members/{till.member.id}/points/adjustments"
    assert manager.api("POST", path, {"amount": 600, "reason": "补"}).status_code == 201
    assert manager.api("POST", path, {"amount": -300, "reason": "多了"}).status_code == 201
    assert manager.api("POST", path, {"amount": 101, "reason": "补"}).status_code == 202
    with database.transaction() as session:
        actor = till.shop.actors["manager"]
        assert sum_lately(session, POINTS, till.member.id, actor=actor, at=till.shop.at + timedelta(hours=23)) == 900
        assert sum_lately(session, POINTS, till.member.id, actor=actor, at=till.shop.at + timedelta(hours=25)) == 0


def test_who_made_a_token_does_not_agree_to_what_it_asks_for(till: Till) -> None:
    owner = till.shop.browser("owner")
    token = body(owner.api("POST", "/api/v1/tokens", {"name": "自己的", "scopes": ["all"], "all_stores": True}))[
        "token"
    ]
    sent = {"store": str(till.shop.east.id), "reason": "搬家"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "by-a-program"}
    made = body(till.shop.app.test_client().post(wallet(till, "/payouts"), json=sent, headers=headers))
    refused = act(owner, made, "approve")
    assert (refused.status_code, body(refused)["code"]) == (409, "own_request")
    assert act(till.shop.browser("manager"), made, "approve").status_code == 200


def test_what_a_token_asks_for_is_its_makers_own(till: Till) -> None:
    owner, manager = till.shop.browser("owner"), till.shop.browser("manager")
    token = body(owner.api("POST", "/api/v1/tokens", {"name": "自己的", "scopes": ["all"], "all_stores": True}))[
        "token"
    ]
    sent = {"store": str(till.shop.east.id), "reason": "搬家"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "by-a-program"}
    made = body(till.shop.app.test_client().post(wallet(till, "/payouts"), json=sent, headers=headers))
    assert "同意，马上办" not in owner.get("/staff/approvals").text
    assert "同意，马上办" in manager.get("/staff/approvals").text
    assert act(manager, made, "withdraw").status_code == 404, "it is nobody else's to take back"
    assert act(owner, made, "withdraw").status_code == 200


def test_a_rule_that_is_loosened_stays_as_strict_for_a_day_and_the_others_hear_of_it(till: Till) -> None:
    ids, owner, manager = give_phones(till), till.shop.browser("owner"), till.shop.browser("manager")
    path = f"/api/v1/members/{till.member.id}/points/adjustments"
    looser = {"approvals.payouts": False, "approvals.points_above": 90000}
    assert owner.api("PATCH", "/api/v1/settings", looser).status_code == 200
    assert told() == [(ids["manager"], "阿满放宽了审批")]
    ask(till, owner)
    assert owner.api("POST", path, {"amount": 1001, "reason": "补"}).status_code == 202
    refused = manager.api("POST", path, {"amount": 1001, "reason": "补"})
    assert body(refused)["code"] == "approval_waiting", "nor does anybody whom they ask to act for them"
    for again in (True, False):  # so that it looks as if nothing had happened
        assert owner.api("PATCH", "/api/v1/settings", {"approvals.payouts": again}).status_code == 200
    with database.reading() as session:
        later = load_settings_in_force(session, at=till.shop.at + timedelta(hours=25))
    assert (later["approvals.payouts"], later["approvals.points_above"]) == (False, 90000)


def test_what_somebody_does_by_hand_and_by_their_tokens_adds_up(till: Till) -> None:
    owner, path = till.shop.browser("owner"), f"/api/v1/members/{till.member.id}/points/adjustments"
    token = body(owner.api("POST", "/api/v1/tokens", {"name": "自己的", "scopes": ["all"], "all_stores": True}))[
        "token"
    ]
    assert owner.api("POST", path, {"amount": 600, "reason": "补"}).status_code == 201
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "by-a-program"}
    sent = {"amount": 600, "reason": "补"}
    assert till.shop.app.test_client().post(path, json=sent, headers=headers).status_code == 202


def test_nobody_makes_their_own_second_person(till: Till) -> None:
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")
    made = ask(till, owner)
    path = f"/api/v1/staff/{till.shop.staff['manager'].id}/password"
    assert owner.api("POST", path, {"password": "known-to-the-owner"}).status_code == 204
    manager = till.shop.browser("manager")
    refused = act(manager, made, "approve")
    assert (refused.status_code, body(refused)["code"], payouts()) == (409, "decider_remade", 0)


def test_nobody_asks_with_the_account_of_a_colleague_that_they_opened(till: Till) -> None:
    told = {"username": "co", "name": "小何", "password": PASSWORD, "role": "manager", "stores": [till.shop.east.id]}
    with database.transaction() as session:
        co = create_staff(session, told, actor=SYSTEM, at=till.shop.at).id
    manager, puppet = till.shop.browser("manager"), till.shop.browser()
    code = body(manager.api("POST", f"/api/v1/staff/{co}/recovery-codes"))["code"]
    typed = {"username": "co", "code": code, "password": "known-to-both", "again": "known-to-both"}
    assert till.shop.browser().post("/staff/recover", **typed).status_code == 303
    assert puppet.post("/staff/sign-in", username="co", password="known-to-both").status_code == 303
    made = ask(till, puppet)
    refused = act(manager, made, "approve")
    assert (refused.status_code, body(refused)["code"], payouts()) == (409, "decider_remade", 0)
    assert act(till.shop.browser("owner"), made, "approve").status_code == 200


def test_nor_over_others_between(till: Till) -> None:
    owner = till.shop.browser("owner")
    hire(owner, "first", role="owner")
    first = till.shop.browser()
    assert first.post("/staff/sign-in", username="first", password=PASSWORD).status_code == 303
    hire(first, "second")
    second = till.shop.browser()
    assert second.post("/staff/sign-in", username="second", password=PASSWORD).status_code == 303
    made = ask(till, owner)
    for puppet in (first, second):
        refused = act(puppet, made, "approve")
        assert (refused.status_code, body(refused)["code"], payouts()) == (409, "decider_remade", 0)
    assert act(till.shop.browser("manager"), made, "approve").status_code == 200


def hire(browser: Browser, username: str, role: str = "manager") -> int:
    """Somebody new with an account of their own, who knows the usual password; their id."""
    sent = {"username": username, "name": username, "password": PASSWORD, "role": role, "all_stores": True}
    answer = browser.api("POST", "/api/v1/staff", sent)
    assert answer.status_code == 201, answer.text
    return int(body(answer)["id"])


def test_a_program_does_not_take_the_second_person_away(till: Till) -> None:
    headers = {**till.shop.token("all"), "Idempotency-Key": "by-a-program"}
    program = till.shop.app.test_client()
    for weaker in ({"approvals.payouts": False}, {"approvals.wallet_above": "99999.00"}):
        assert program.patch("/api/v1/settings", json=weaker, headers=headers).status_code == 422
    stricter = {"approvals.wallet_above": "1.00"}
    assert program.patch("/api/v1/settings", json=stricter, headers=headers).status_code == 200


def test_the_log_of_every_store_is_agreed_to_by_who_sees_every_store(till: Till) -> None:
    with database.transaction() as session:
        role = session.get_one(Role, till.shop.staff["manager"].role_id)
        role.permissions = sorted({*role.permissions, "audit:export", "approvals:decide", "approvals:read"})
        session.add(second_owner(session, till.shop))
    owner, manager = till.shop.browser("owner"), till.shop.browser("manager")
    assert owner.post("/staff/audit/export/ask", reason="对账").status_code == 303
    with database.reading() as session:
        everywhere = session.scalars(select(Approval)).one()
    assert everywhere.store_id is None
    assert act(manager, {"id": everywhere.id}, "approve").status_code == 404
    here = till.shop.east.id
    assert owner.post(f"/staff/audit/export/ask?store={here}", reason="对账").status_code == 303
    with database.reading() as session:
        one = session.scalars(select(Approval).where(Approval.store_id == here)).one()
    assert act(manager, {"id": one.id}, "approve").status_code == 200
    assert owner.post("/staff/audit/export/ask?store=999", reason="对账").status_code == 422


def second_owner(session: Session, shop: Cast) -> Staff:
    """Somebody else who sees every store."""
    first = session.get_one(Staff, shop.staff["owner"].id)
    return Staff(
        username="second", name="二老板", password_hash=first.password_hash, role_id=first.role_id, all_stores=True,
        created_at=shop.at,
    )  # fmt: skip


def test_requests_are_forgotten_when_their_time_is_over_and_the_log_is_not(till: Till) -> None:
    made = ask(till, till.shop.browser("manager"))
    act(till.shop.browser("owner"), made, "decline", {"note": "先问会员"})
    for days, left in ((1000, 1), (1100, 0)):
        with clock.stand_at(till.shop.at + timedelta(days=days)):
            purge_old()
        with database.reading() as session:
            assert len(session.scalars(select(Approval)).all()) == left
    assert lines("approvals:ask", "approvals:decline") == ["小周 approvals:ask", "阿满 approvals:decline"]


def test_where_nobody_else_could_agree_it_says_so(till: Till) -> None:
    given = {"principal": "0.00", "bonus": "200.00", "reason": "补偿"}  # only the owner may adjust wallets
    refused = till.shop.browser("owner").api("POST", wallet(till, "/adjustments"), given)
    assert (refused.status_code, body(refused)["code"]) == (409, "nobody_to_approve")


def test_a_second_person_can_only_be_asked_for_where_there_are_two(shop: Cast) -> None:
    owner = shop.browser("owner")
    alone = owner.api("PATCH", "/api/v1/settings", {"approvals.wallet": True})
    assert (alone.status_code, list(body(alone)["errors"])) == (422, ["approvals.wallet"])
    assert owner.api("PATCH", "/api/v1/settings", {"approvals.payouts": True}).status_code == 200
    amounts = {f"approvals.{each}_above": "1" for each in ("payouts", "wallet", "points")}
    page = owner.post("/staff/settings/approvals", **amounts, **{"approvals.exports": "on"})
    assert page.status_code == 422
    assert "至少要有两个人" in page.text


def test_the_page_shows_what_waits_and_for_whom(till: Till) -> None:
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")
    page = f"/staff/members/{till.member.id}/wallet/payout"
    assert "要第二个人同意，会先送去审批" in manager.get(page).text
    assert "超过 1000 积分要第二个人同意" in manager.get(f"/staff/members/{till.member.id}/points/adjust").text
    sent = manager.post(
        page,
        store=till.shop.east.id,
        lots="",
        amount="77.00",
        tender="wechat",
        reason="搬家",
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, "/staff/approvals")
    mine = manager.get("/staff/approvals").text
    assert "已送去审批" in mine
    assert "撤回" in mine
    assert "同意，马上办" not in mine
    theirs = owner.get("/staff/approvals").text
    assert all(word in theirs for word in ("储值退款", "¥77.00", "搬家", "小周", "林小满", "同意，马上办"))
    assert till.shop.browser("cashier").get("/staff/approvals").status_code == 403
    with database.reading() as session:
        number = session.scalars(select(Approval.id)).one()
    assert owner.post(f"/staff/approvals/{number}/decline", note="").status_code == 422
    assert owner.post(f"/staff/approvals/{number}/approve").status_code == 303
    assert "小周" in owner.get("/staff/approvals?shown=done").text
    assert owner.post(f"/staff/approvals/{number}/approve").status_code == 410
    assert payouts() == 1


def test_an_export_that_was_agreed_to_is_taken_within_the_hour_also_when_the_first_did_not_arrive(till: Till) -> None:
    with database.transaction() as session:
        role = session.get_one(Role, till.shop.staff["manager"].role_id)
        role.permissions = sorted({*role.permissions, "audit:export"})
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")
    day = "day=2026-11-21"
    assert "送去审批" in manager.get(f"/staff/audit/export?{day}").text
    assert manager.post(f"/staff/audit/export/ask?{day}", reason="对账").status_code == 303
    assert manager.post(f"/staff/audit/export?{day}").status_code == 403
    with database.reading() as session:
        number = session.scalars(select(Approval.id)).one()
    assert owner.post(f"/staff/approvals/{number}/approve").status_code == 303
    assert f"/staff/audit/export?{day}" in manager.get("/staff/approvals?shown=done").text
    assert "送去审批" in owner.get(f"/staff/audit/export?{day}").text
    assert "送去审批" in manager.get("/staff/audit/export").text
    assert manager.post("/staff/audit/export").status_code == 403
    assert lines("audit:export") == []
    for _ in range(2):
        assert manager.post(f"/staff/audit/export?{day}").mimetype == "text/csv"
    assert lines("audit:export") == ["小周 audit:export"] * 2
    with clock.stand_at(till.shop.at + timedelta(minutes=61)):
        later = till.shop.browser("manager")
        assert "送去审批" in later.get(f"/staff/audit/export?{day}").text
        assert later.post(f"/staff/audit/export?{day}").status_code == 403


def test_a_program_reads_the_whole_log_only_where_somebody_agreed(till: Till) -> None:
    client, headers, blind = till.shop.client(), till.shop.token("all"), till.shop.token("audit:read")
    assert client.get("/api/v1/audit", headers=blind).status_code == 403
    refused = client.get("/api/v1/audit?day=2026-11-21", headers=headers)
    assert (refused.status_code, body(refused)["code"]) == (403, "approval_needed")
    wanted = {"day": "2026-11-21", "reason": "对账"}
    asked = client.post("/api/v1/audit/exports", json=wanted, headers=headers | {"Idempotency-Key": "log-of-a-day"})
    assert (asked.status_code, body(asked)["kind"], body(asked)["state"]) == (202, "export", "waiting")
    assert client.get("/api/v1/audit?day=2026-11-21", headers=headers).status_code == 403
    assert act(till.shop.browser("owner"), body(asked), "approve").status_code == 200
    assert client.get("/api/v1/audit?day=2026-11-21&limit=1", headers=headers).status_code == 200
    assert client.get("/api/v1/audit?day=2026-11-21&q=payout", headers=headers).status_code == 200
    assert client.get("/api/v1/audit", headers=headers).status_code == 403
    assert client.get("/api/v1/audit?day=2026-11-21", headers=blind).status_code == 403
    with clock.stand_at(till.shop.at + timedelta(minutes=61)):
        assert client.get("/api/v1/audit?day=2026-11-21", headers=headers).status_code == 403


def test_an_adjustment_is_asked_for_in_the_store_where_it_is_made(till: Till) -> None:
    """So that who works in another store is not asked."""
    with database.transaction() as session:
        role = session.get_one(Role, till.shop.staff["manager"].role_id)
        role.permissions = sorted({*role.permissions, "wallet:adjust"})
    manager = till.shop.browser("manager")
    given = {"principal": "0.00", "bonus": "200.00", "reason": "补偿"}
    assert body(manager.api("POST", wallet(till, "/adjustments"), given))["store"] == str(till.shop.east.id)
    points = manager.api(
        "POST", f"/api/v1/members/{till.member.id}/points/adjustments", {"amount": 9000, "reason": "补"}
    )
    assert body(points)["store"] == str(till.shop.east.id)


def test_asking_for_an_export_where_none_has_to_be_asked(shop: Cast) -> None:
    refused = shop.browser("owner").api("POST", "/api/v1/audit/exports", {"reason": "对账"})
    assert (refused.status_code, body(refused)["code"]) == (409, "approval_not_needed")
    assert shop.browser("owner").api("POST", "/api/v1/audit/exports", {"reason": ""}).status_code == 422


def test_from_when_on_a_second_person_is_needed() -> None:
    settings = Settings({"approvals.payouts": True, "approvals.payouts_above": 5000})
    assert [needs_approval(PAYOUT, fen, settings) for fen in (5000, 5001)] == [False, True]
    assert not needs_approval(PAYOUT, 10**6, Settings({}))
