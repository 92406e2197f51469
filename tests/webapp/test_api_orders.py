"""The sale over the API: quote, order, points; what is refused, and by which words."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from services.audit.models import AuditEntry
from services.catalog import commands as catalog
from services.loyalty.queries import get_balance
from services.members.models import MemberFacts
from services.messaging.models import Message
from services.shared import clock, database, events
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.conftest import NOON
from tests.selling import Till, books_add_up, open_till, welcome_member


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def test_a_member_buys_two_tiramisu(till: Till) -> None:
    """Worked cart 2, in cash with change."""
    quote = till.quote(till.line("提拉米苏", 2), member=till.member)
    assert quote["id"].startswith("q_")
    assert (quote["due"], quote["earns"], quote["coupons"]) == ("64.00", 6, [])
    assert quote["steps"] == [{"kind": "list", "label": "", "amount": "64.00", "coupon": None}]
    assert quote["expires_at"] == "2026-11-21T06:35:00Z"
    order = body(till.pay(quote, {"kind": "cash", "amount": "64.00", "received": "100.00"}))
    assert (order["number"], order["state"], order["paid"], order["change"]) == (
        "A1-1121-0001",
        "paid",
        "64.00",
        "36.00",
    )
    assert order["points"] == {"earned": 6, "spent": 0, "before": 0, "after": 6}
    assert order["tenders"] == [
        {"kind": "cash", "amount": "64.00", "received": "100.00", "bonus": "0.00", "refunded": "0.00"}
    ]
    assert order["lines"][0] | {"product": ""} == {
        "line": "1", "product": "", "name": "提拉米苏", "options": {}, "choices": "", "quantity": 2,
        "list_price": "32.00", "amount": "64.00", "note": "", "shares": [], "refunded": "0.00", "refunded_quantity": 0,
    }  # fmt: skip


def test_a_walk_in_earns_nothing(till: Till) -> None:
    """Worked cart 1."""
    order = till.sell(till.line("提拉米苏", 2))
    assert (order["paid"], order["member"]) == ("64.00", None)
    assert order["points"] == {"earned": 0, "spent": 0, "before": None, "after": None}


def test_the_order_reads_as_it_was_answered(till: Till) -> None:
    cake = till.line("6寸蛋糕", options={"size": "8"}, note="生日快乐")
    order = till.sell(cake, till.line("拿铁", 3), member=till.member, note="先付")
    assert body(till.browser.get(f"/api/v1/orders/{order['id']}")) == order
    assert order["lines"][0]["options"] == {"size": "8"}
    assert (order["note"], order["staff"]) == ("先付", str(till.shop.staff["cashier"].id))


def test_points_grow_from_order_to_order(till: Till) -> None:
    till.sell(till.line("提拉米苏", 2), member=till.member)
    order = till.sell(till.line("巴斯克"), member=till.member)
    assert order["points"] == {"earned": 3, "spent": 0, "before": 6, "after": 9}
    shown = body(till.browser.get(f"/api/v1/members/{till.member.id}/points"))
    assert [(entry["amount"], entry["balance_after"]) for entry in shown["items"]] == [(3, 9), (6, 6)]
    assert (shown["balance"], shown["items"][0]["order"]) == (9, order["id"])
    assert books_add_up()


def test_a_small_purchase_earns_nothing_and_leaves_no_entry(till: Till) -> None:
    change_settings({"points.step": "100.00"})
    order = till.sell(till.line("拿铁"), member=till.member)
    assert order["points"] == {"earned": 0, "spent": 0, "before": 0, "after": 0}
    assert body(till.browser.get(f"/api/v1/members/{till.member.id}/points"))["items"] == []


def test_the_member_s_facts_follow(till: Till) -> None:
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.reading() as session:
        facts = session.get_one(MemberFacts, till.member.id)
    assert (facts.orders, facts.spent, facts.last_order_at) == (1, 6400, NOON)


def inbox(till: Till) -> list[Message]:
    with database.reading() as session:
        return list(session.scalars(select(Message).where(Message.member_id == till.member.id).order_by(Message.id)))


def test_the_member_is_told_once(till: Till) -> None:
    order = till.sell(till.line("提拉米苏", 2), member=till.member)
    (message,) = inbox(till)
    assert (message.key, message.path) == (f"order:{order['id']}", f"/member/orders/{order['id']}")
    assert (message.category, message.title) == ("service", "消费 ¥64.00")
    assert "6 积分" in message.body
    events.perform_waiting(grace=timedelta())
    assert len(inbox(till)) == 1


def test_the_shop_may_keep_quiet(till: Till) -> None:
    change_settings({"messages.sale": False})
    till.sell(till.line("提拉米苏", 2), member=till.member)
    assert inbox(till) == []


def test_every_sale_leaves_an_audit_line(till: Till) -> None:
    order = till.sell(till.line("曲奇"))
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "orders:create")).one()
    assert (entry.subject_id, entry.actor_name, entry.store_id) == (int(order["id"]), "小林", till.shop.east.id)


def test_a_bill_is_split_over_several_tenders(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏", 2))
    order = body(till.pay(quote, {"kind": "cash", "amount": "20.00"}, {"kind": "alipay", "amount": "44.00"}))
    assert [tender["kind"] for tender in order["tenders"]] == ["cash", "alipay"]


@pytest.mark.parametrize(
    ("tender", "field"),
    [
        ({"kind": "cash", "amount": "63.99"}, "tenders.0.amount"),
        ({"kind": "cash", "amount": "64.001"}, "tenders.0.amount"),
        ({"kind": "cash", "amount": "0.00"}, "tenders.0.amount"),
        ({"kind": "shells", "amount": "64.00"}, "tenders.0.kind"),
        ({"kind": "cash", "amount": "64.00", "received": "50.00"}, "tenders.0.received"),
        ({"amount": "64.00"}, "tenders.0.kind"),
    ],
)
def test_a_wrong_tender_is_told_beside_its_field(till: Till, tender: dict[str, Any], field: str) -> None:
    answer = till.pay(till.quote(till.line("提拉米苏", 2)), tender)
    assert (answer.status_code, list(body(answer)["errors"])) == (422, [field])


def test_a_gift_of_the_house_needs_no_tender(till: Till) -> None:
    with database.transaction() as session:
        catalog.change_product(session, till.products["曲奇"], {"price": 0}, actor=SYSTEM, at=NOON)
    assert till.sell(till.line("曲奇"))["tenders"] == []


def test_a_price_that_rose_brings_a_new_quote(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏", 2), till.line("拿铁"))
    with database.transaction() as session:
        catalog.change_product(session, till.products["提拉米苏"], {"price": 3300}, actor=SYSTEM, at=NOON)
    answer = till.pay(quote)
    assert (answer.status_code, body(answer)["code"]) == (409, "quote_changed")
    again = body(answer)["quote"]
    assert (again["due"], again["lines"][0]["list_price"]) == ("88.00", "33.00")
    assert till.pay(again).status_code == 201


def test_prices_that_cancel_out_are_a_change_too(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏"), till.line("拿铁"))
    with database.transaction() as session:
        catalog.change_product(session, till.products["提拉米苏"], {"price": 3300}, actor=SYSTEM, at=NOON)
        catalog.change_product(session, till.products["拿铁"], {"price": 2100}, actor=SYSTEM, at=NOON)
    assert body(till.pay(quote))["code"] == "quote_changed"


def test_a_quote_holds_for_a_quarter_of_an_hour(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏"))
    with clock.stand_at(NOON + timedelta(minutes=15)):
        answer = till.pay(quote)
        assert body(answer)["code"] == "quote_changed"
        assert till.pay(body(answer)["quote"]).status_code == 201


def test_a_repeated_order_gets_its_answer_even_when_the_quote_is_over(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏"))
    first = till.pay(quote, key="once-and-again")
    with clock.stand_at(NOON + timedelta(hours=1)):
        again = till.pay(quote, key="once-and-again")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_forged_quote_is_refused(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏"))
    answer = till.pay(quote | {"id": quote["id"][:-4] + "AAAA"})
    assert (answer.status_code, list(body(answer)["errors"])) == (422, ["quote"])


@pytest.mark.parametrize("line", [{"product": "999"}, {"product": "x"}, {"quantity": 1}])
def test_an_unknown_product_is_told_on_its_line(till: Till, line: dict[str, Any]) -> None:
    answer = till.ask(line)
    assert (answer.status_code, list(body(answer)["errors"])) == (422, ["lines.0.product"])


@pytest.mark.parametrize("quantity", [0, 1000, 2.5, -1, "x", True, None, 10**40])
def test_pieces_are_whole_and_few_enough(till: Till, quantity: Any) -> None:
    answer = till.ask(till.line("提拉米苏") | {"quantity": quantity})
    assert (answer.status_code, list(body(answer)["errors"])) == (422, ["lines.0.quantity"])


def test_what_is_sold_out_meanwhile_is_told(till: Till) -> None:
    quote = till.quote(till.line("提拉米苏"))
    with database.transaction() as session:
        catalog.sell_out(session, till.products["提拉米苏"], till.shop.east.id, sold_out=True, actor=SYSTEM, at=NOON)
    assert list(body(till.pay(quote))["errors"]) == ["lines.0.product"]


def test_a_member_nobody_knows_is_told(till: Till) -> None:
    cart = {"store": str(till.shop.east.id), "member": "4711", "lines": [till.line("拿铁")]}
    answer = till.browser.api("POST", "/api/v1/quotes", cart)
    assert list(body(answer)["errors"]) == ["member"]


def test_a_proof_must_be_the_member_s_scan(till: Till) -> None:
    answer = till.pay(till.quote(till.line("拿铁"), member=till.member), proof="s_12")
    assert list(body(answer)["errors"]) == ["proof"]


def test_a_foreign_key_books_one_order(till: Till) -> None:
    till.sell(till.line("拿铁"), external_key="old-till-17")
    answer = till.pay(till.quote(till.line("拿铁")), external_key="old-till-17")
    assert (answer.status_code, body(answer)["code"]) == (409, "order_exists")
    assert till.sell(till.line("拿铁"))["number"] == "A1-1121-0002"


@pytest.mark.parametrize("key", ["offline:3:sale-number-one", " Offline:3:x"])
def test_the_keys_of_queued_sales_are_not_for_foreign_systems(till: Till, key: str) -> None:
    answer = till.pay(till.quote(till.line("拿铁")), external_key=key)
    assert (answer.status_code, list(body(answer)["errors"])) == (422, ["external_key"])


def test_a_cashier_sells_and_reads_at_home_only(till: Till) -> None:
    assert till.ask(till.line("拿铁"), store=till.shop.south).status_code == 403
    order, quote = till.sell(till.line("拿铁")), till.quote(till.line("拿铁"))
    south = Till(till.shop, till.shop.browser("southern"), till.products, till.member)
    assert south.pay(quote).status_code == 403
    assert south.browser.get(f"/api/v1/orders/{order['id']}").status_code == 404
    assert south.browser.get(f"/api/v1/orders?store={till.shop.east.id}").status_code == 404
    assert body(south.browser.get("/api/v1/orders"))["items"] == []


def test_the_kitchen_neither_quotes_nor_sells(till: Till) -> None:
    quote = till.quote(till.line("拿铁"))
    kitchen = Till(till.shop, till.shop.browser("kitchen"), till.products, till.member)
    assert (kitchen.ask(till.line("拿铁")).status_code, kitchen.pay(quote).status_code) == (403, 403)


def test_an_order_needs_a_key(till: Till) -> None:
    quote = till.quote(till.line("拿铁"))
    sent = {"quote": quote["id"], "tenders": [{"kind": "card", "amount": "22.00"}]}
    answer = till.shop.client().post("/api/v1/orders", json=sent, headers=till.shop.token())
    assert (answer.status_code, body(answer)["code"]) == (400, "idempotency_key_missing")


def test_the_list_is_filtered_and_paged(till: Till) -> None:
    numbers = [till.sell(till.line("拿铁"), member=till.member if n % 2 else None)["number"] for n in range(5)]

    def listed(query: str) -> list[str]:
        return [order["number"] for order in body(till.browser.get(f"/api/v1/orders?{query}"))["items"]]

    assert listed("") == numbers[::-1]
    assert listed(f"member={till.member.id}") == [numbers[3], numbers[1]]
    assert (listed("day=2026-11-21") == numbers[::-1], listed("day=2026-11-20")) == (True, [])
    assert listed("number=A1-1121-0003") == listed("number=3") == listed("number=0003") == [numbers[2]]
    first = body(till.browser.get("/api/v1/orders?limit=3"))
    rest = body(till.browser.get(f"/api/v1/orders?limit=3&cursor={first['next']}"))
    assert [order["number"] for order in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize("query", ["day=x", "store=x", "member=-1", "limit=0", "cursor=!"])
def test_a_filter_nobody_understands_is_told(till: Till, query: str) -> None:
    assert till.browser.get(f"/api/v1/orders?{query}").status_code == 422


def test_an_id_beyond_counting_is_not_found(till: Till) -> None:
    assert till.browser.get(f"/api/v1/orders/{10**30}").status_code == 404


def stay_in(browser: Browser) -> None:
    """Somebody who is not idle for eight hours stays signed in."""
    with clock.stand_at(NOON + timedelta(hours=7)), browser.get("/staff/account") as answer:
        assert answer.status_code == 200


def test_a_day_begins_at_midnight_of_the_shop(till: Till) -> None:
    stay_in(till.browser)
    with clock.stand_at(NOON.replace(hour=15, minute=59)):
        before = till.sell(till.line("拿铁"))["number"]
    with clock.stand_at(NOON.replace(hour=16, minute=0)):
        after = till.sell(till.line("拿铁"))["number"]
    assert (before, after) == ("A1-1121-0001", "A1-1122-0001")


def test_points_are_adjusted_by_hand_with_a_reason(till: Till) -> None:
    path = f"/api/v1/members/{till.member.id}/points/adjustments"
    manager = till.shop.browser("manager")
    answer = manager.api("POST", path, {"amount": 20, "reason": "生日礼"})
    assert (answer.status_code, body(answer)["balance_after"], body(answer)["note"]) == (201, 20, "生日礼")
    too_much = manager.api("POST", path, {"amount": -21, "reason": "手误"})
    assert (too_much.status_code, list(body(too_much)["errors"])) == (422, ["amount"])
    assert till.browser.api("POST", path, {"amount": 20, "reason": "自己人"}).status_code == 403
    with database.reading() as session:
        assert get_balance(session, till.member.id) == 20
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "points:adjust")).one()
    assert books_add_up()


def test_a_manager_adjusts_so_many_points_at_once_and_a_day_the_owner_any(till: Till) -> None:
    path = f"/api/v1/members/{till.member.id}/points/adjustments"
    manager, owner = till.shop.browser("manager"), till.shop.browser("owner")

    def adjust(browser: Browser, amount: int) -> tuple[int, str, list[str]]:
        answer = browser.api("POST", path, {"amount": amount, "reason": "活动"})
        told = body(answer)
        return answer.status_code, told.get("title", ""), list(told.get("errors", {}))

    assert adjust(manager, 10_001) == (422, "一次最多调整 10000 积分，更多请店主来调", ["amount"])
    for amount in (10_000, -10_000, 10_000, 10_000, 9_000):
        assert adjust(manager, amount)[0] == 201
    assert adjust(manager, 1_001) == (422, "您今天还能调整 1000 积分，更多请店主来调", ["amount"])
    assert adjust(manager, -1_000)[0] == 201
    assert adjust(manager, 1)[0] == 422
    assert adjust(owner, 1_000_000)[0] == 201
    program = till.shop.client().post(path, json={"amount": 10_000, "reason": "活动"}, headers={
        **till.shop.token("points:adjust"), "Idempotency-Key": "adjusted-by-a-program",
    })  # fmt: skip
    assert program.status_code == 201
    stay_in(manager)
    with clock.stand_at(NOON + timedelta(hours=10)):  # after midnight in the shop
        assert adjust(manager, 10_000)[0] == 403
        assert manager.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 200
        assert adjust(manager, 10_000)[0] == 201
    assert owner.api("PATCH", "/api/v1/settings", {"points.most_adjusted": 20}).status_code == 200
    assert adjust(manager, 21)[1] == "一次最多调整 20 积分，更多请店主来调"


def test_a_member_is_told_of_points_given_and_taken_by_hand(till: Till) -> None:
    path, manager = f"/api/v1/members/{till.member.id}/points/adjustments", till.shop.browser("manager")
    for amount, reason in ((20, "生日礼"), (-5, "多记了")):
        assert manager.api("POST", path, {"amount": amount, "reason": reason}).status_code == 201
    with database.reading() as session:
        told = [(message.title, message.body, message.path) for message in session.scalars(select(Message))]
    assert told == [
        ("积分 +20", "店里给您加了 20 积分：生日礼。现有 20 积分。", "/member/points"),
        ("积分 −5", "店里扣了 5 积分：多记了。现有 15 积分。", "/member/points"),
    ]


@pytest.mark.parametrize(
    "sent", [{"amount": 0, "reason": "x"}, {"amount": 5}, {"amount": 5, "reason": " "}, {"amount": 1.5, "reason": "x"}]
)
def test_an_adjustment_without_sense_is_refused(till: Till, sent: dict[str, Any]) -> None:
    path = f"/api/v1/members/{till.member.id}/points/adjustments"
    assert till.shop.browser("manager").api("POST", path, sent).status_code == 422


def test_points_of_nobody_are_not_found(till: Till) -> None:
    assert till.browser.get("/api/v1/members/4711/points").status_code == 404
    answer = till.shop.browser("manager").api(
        "POST", "/api/v1/members/4711/points/adjustments", {"amount": 1, "reason": "x"}
    )
    assert answer.status_code == 404


def test_a_walk_in_s_receipt_is_its_own(till: Till, app: Flask) -> None:
    one, other = till.sell(till.line("拿铁")), till.sell(till.line("拿铁"))
    assert one["receipt_code"] != other["receipt_code"]
    assert welcome_member(NOON, "阿敏", "+8613900139000").id != till.member.id


def change_settings(typed: dict[str, Any]) -> None:
    with database.transaction() as session:
        stores.change_settings(session, typed, actor=SYSTEM, at=NOON)
