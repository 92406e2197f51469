"""Sales that a counter made without network: booked once, as paid, under whoever sold; what changed meanwhile is a flag."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.catalog import commands as catalog
from services.checkout.queries import get_credential
from services.checkout.rules.offline import FLAGS as KNOWN
from services.loyalty.models import PointsLot
from services.members import commands as members
from services.messaging.models import Message
from services.orders.checks import find_differences
from services.orders.models import Order
from services.shared import clock, database, idempotency, runtime
from services.shared.actors import SYSTEM, Actor
from services.shared.models import IdempotencyKey, Limit
from services.signin import commands as signin
from services.signin import rules
from services.signin.commands.devices import PURPOSE
from services.signin.models import MemberDevice, Scan
from services.stores import commands as stores
from services.tills import commands as tills
from tests.browse import body
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import PRICES, Till, books_add_up, open_till
from webapp.api.offline_sales import BOOKED
from webapp.web.order_flags import FLAGS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Device:
    """A counter's phone with its credential, which sells without network and sends later, without any session."""

    till: Till
    credential: str
    sold: list[str] = field(default_factory=list)

    def sale(self, *names: str, at: datetime = NOON - HOUR, **more: Any) -> dict[str, Any]:
        """What the phone kept of a sale: a piece of each, in cash."""
        lines: list[dict[str, Any]] = [
            {
                "product": str(self.till.products[name]),
                "name": name,
                "quantity": 1,
                "price": f"{PRICES[name] / 100:.2f}",
            }
            for name in names or ("提拉米苏", "提拉米苏")
        ]
        due = f"{sum(PRICES[line['name']] for line in lines) / 100:.2f}"
        return {
            "credential": self.credential,
            "sold_at": at.isoformat(),
            "lines": lines,
            "tenders": [{"kind": "cash", "amount": due}],
        } | more

    def send(self, sale: dict[str, Any], key: str = "") -> TestResponse:
        """POST it, as a browser that nobody is signed in to."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self.till.shop.client().post("/api/v1/offline-sales", json=sale, headers=headers)

    def book(self, *names: str, **more: Any) -> Any:
        """The order that a sale became."""
        answer = self.send(self.sale(*names, **more))
        assert answer.status_code == 201, answer.text
        return body(answer)


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def device(till: Till) -> Device:
    return device_of(till)


def device_of(till: Till, actor: Actor | None = None, *, since: datetime = NOON - 5 * DAY) -> Device:
    return Device(till, get_credential(actor or till.shop.cashier, till.shop.east.id, at=since))


def orders() -> int:
    with database.reading() as session:
        assert list(find_differences(session)) == []
        return session.scalar(select(func.count(Order.id))) or 0


def change_product(till: Till, name: str, **values: Any) -> None:
    with database.transaction() as session:
        catalog.change_product(session, till.products[name], values, actor=SYSTEM, at=NOON)


def change_settings(**values: Any) -> None:
    with database.transaction() as session:
        stores.change_settings(
            session, {key.replace("__", "."): value for key, value in values.items()}, actor=SYSTEM, at=NOON
        )


def test_a_sale_is_booked_under_whoever_sold_at_its_own_time(device: Device) -> None:
    order = device.book("提拉米苏", "拿铁", at=NOON - 20 * HOUR)
    assert (order["number"], order["state"], order["origin"]) == ("A1-1120-0001", "paid", "offline")
    assert (order["staff"], order["completed_at"]) == (
        str(device.till.shop.staff["cashier"].id),
        "2026-11-20T10:20:00Z",
    )
    assert (order["paid"], order["member"], order["flags"]) == ("54.00", None, [])
    assert [line["list_price"] for line in order["lines"]] == ["32.00", "22.00"]
    assert orders() == 1


def test_names_choices_and_change_stay_as_the_device_showed_them(device: Device) -> None:
    cake = {
        "product": str(device.till.products["6寸蛋糕"]), "name": "六寸蛋糕", "quantity": 2, "price": "278.00",
        "options": {"size": "8"}, "choices": "八寸", "note": "生日快乐",
    }  # fmt: skip
    paid = {"kind": "cash", "amount": "556.00", "received": "600.00"}
    order = body(device.send(device.sale() | {"lines": [cake], "tenders": [paid], "note": "下午来取"}))
    line = order["lines"][0]
    assert (line["name"], line["choices"], line["options"], line["note"]) == (
        "六寸蛋糕",
        "八寸",
        {"size": "8"},
        "生日快乐",
    )
    assert (order["change"], order["note"], order["flags"]) == ("44.00", "下午来取", [])


def test_a_bill_is_split_over_cash_and_a_foreign_machine_but_a_wallet_needs_the_server(device: Device) -> None:
    split = [{"kind": "cash", "amount": "10.00"}, {"kind": "alipay", "amount": "54.00"}]
    assert device.send(device.sale(tenders=split)).status_code == 201
    stored = device.send(device.sale(tenders=[{"kind": "wallet", "amount": "64.00"}]))
    assert (stored.status_code, list(body(stored)["errors"])) == (422, ["tenders.0.kind"])


def test_a_member_from_the_list_earns_and_pays_list_price(device: Device) -> None:
    change_product(device.till, "提拉米苏", member_price=2000)
    order = device.book(member=str(device.till.member.id))
    assert (order["paid"], order["points"]["earned"], order["flags"]) == ("64.00", 6, [])
    with database.reading() as session:
        lot = session.scalars(select(PointsLot)).one()
    assert (lot.created_at, books_add_up()) == (NOON - HOUR, True)


def messages() -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Message.id))) or 0


def test_the_member_hears_of_a_sale_of_today_but_not_of_an_old_one(device: Device) -> None:
    member = str(device.till.member.id)
    device.book(member=member)
    assert messages() == 1
    device.book(member=member, at=NOON - 25 * HOUR)
    assert messages() == 1


# ---------------------------------------------------------------- what has changed meanwhile


def flags_of(device: Device, *names: str, **more: Any) -> list[str]:
    flags: list[str] = device.book(*names, **more)["flags"]
    return flags


def test_another_price_by_now_is_told_and_the_old_one_counts(device: Device) -> None:
    change_product(device.till, "提拉米苏", price=3300)
    order = device.book()
    assert (order["paid"], order["flags"]) == ("64.00", ["old_price"])


def cake(device: Device, price: str, **more: Any) -> Any:
    """A cake that costs 198.00 in 6 寸 and 278.00 in 8 寸, sold without network."""
    line = {"product": str(device.till.products["6寸蛋糕"]), "name": "6寸蛋糕", "quantity": 1, "price": price, **more}
    answer = device.send(device.sale(lines=[line], tenders=[{"kind": "cash", "amount": price}]))
    assert answer.status_code == 201, answer.text
    return body(answer)


def test_a_choice_that_decides_the_price_and_is_missing_or_unknown_is_told(device: Device) -> None:
    assert cake(device, "278.00", options={"size": "8"})["flags"] == []
    for options in ({}, {"size": "8x"}, {"size": "6", "taste": "bitter"}):
        assert cake(device, "198.00", options=options)["flags"] == ["choices_unknown"]
    assert cake(device, "1.00", options={})["flags"] == ["old_price", "choices_unknown"]


def test_the_list_says_how_far_from_the_list_price_a_sale_was(device: Device) -> None:
    change_product(device.till, "提拉米苏", price=3300)
    near, far = device.book(), cake(device, "1.00", options={"size": "8"})
    manager = device.till.shop.browser("manager")
    page = manager.get("/staff/orders?flagged=1").text
    assert "现在标价 ¥66.00，收了 ¥64.00 · 少收 ¥2.00" in page
    assert '!text-error-ink font-semibold">现在标价 ¥278.00，收了 ¥1.00 · 少收 ¥277.00' in page
    assert (page.count("少收"), page.count("num !text-error-ink")) == (3, 2)  # of the latest also beside the list
    assert "少收 ¥2.00" in manager.get(f"/staff/orders/{near['id']}").text
    assert manager.post(f"/staff/orders/{far['id']}/review").status_code == 303
    assert "少收 ¥277.00" not in manager.get("/staff/orders?flagged=1").text


def test_what_was_sold_out_then_is_told(device: Device) -> None:
    with database.transaction() as session:
        product = device.till.products["曲奇"]
        store = device.till.shop.east.id
        catalog.sell_out(session, product, store, sold_out=True, actor=SYSTEM, at=NOON - 2 * HOUR)
    assert flags_of(device, "曲奇") == ["sold_out"]
    assert flags_of(device, "曲奇", at=NOON - 3 * HOUR) == []


def test_what_is_not_sold_any_more_is_told(device: Device) -> None:
    with database.transaction() as session:
        catalog.archive_product(session, device.till.products["曲奇"], actor=SYSTEM, at=NOON)
    assert flags_of(device, "曲奇", "拿铁") == ["product_gone"]


def test_a_sale_belongs_to_the_till_that_was_open_then(device: Device) -> None:
    shift = open_shift(device, NOON - 3 * HOUR)
    device.book()
    with database.reading() as session:
        assert session.scalars(select(Order.shift_id)).one() == shift


def test_a_till_that_was_counted_meanwhile_stays_as_it_was_signed(device: Device) -> None:
    shift = open_shift(device, NOON - 3 * HOUR)
    with database.transaction() as session:
        counted = {"counted": {"cash": 0}, "reason": ""}
        tills.close_shift(
            session, shift, counted, expect=lambda _shift: {"cash": 0}, actor=device.till.shop.owner, at=NOON
        )
    assert flags_of(device) == ["till_closed"]
    with database.reading() as session:
        assert session.scalars(select(Order.shift_id)).one() is None


def test_a_sale_without_a_till_is_told_where_the_shop_wants_one(device: Device) -> None:
    assert flags_of(device) == []
    change_settings(orders__needs_till=True)
    assert flags_of(device) == ["till_closed"]


def open_shift(device: Device, at: datetime) -> int:
    shop = device.till.shop
    data = {"store_id": shop.east.id, "name": "前台", "opening_float": 0}
    with database.transaction() as session:
        return tills.open_shift(session, data, actor=shop.cashier, at=at)


def test_a_cashier_who_was_disabled_sold_it_all_the_same(device: Device) -> None:
    with database.transaction() as session:
        signin.disable_staff(session, device.till.shop.staff["cashier"].id, actor=device.till.shop.owner, at=NOON)
    order = device.book()
    assert (order["staff"], order["flags"]) == (str(device.till.shop.staff["cashier"].id), ["staff_disabled"])


def test_a_member_who_is_gone_is_a_walk_in(device: Device) -> None:
    with database.transaction() as session:
        members.archive_member(session, device.till.member.id, actor=SYSTEM, at=NOON)
    order = device.book(member=str(device.till.member.id))
    assert (order["member"], order["flags"]) == (None, ["member_unknown"])
    assert device.book(member="999999")["flags"] == ["member_unknown"]


def test_a_sale_of_last_week_is_late(till: Till) -> None:
    order = device_of(till, since=NOON - 8 * DAY).book(at=NOON - 7 * DAY - HOUR)
    assert (order["number"], order["flags"]) == ("A1-1114-0001", ["late"])


def test_a_clock_that_cannot_be_right_is_put_right_and_told(device: Device) -> None:
    ahead = device.book(at=NOON + DAY)
    assert (ahead["completed_at"], ahead["flags"]) == ("2026-11-21T06:20:00Z", ["clock_wrong"])
    seconds_ahead = device.book(at=NOON + timedelta(seconds=40))
    assert (seconds_ahead["completed_at"], seconds_ahead["flags"]) == ("2026-11-21T06:20:00Z", [])
    before_it_was_given = device.book(at=NOON - 300 * DAY)
    assert (before_it_was_given["completed_at"], before_it_was_given["flags"]) == (
        "2026-11-16T06:20:00Z",
        ["clock_wrong"],
    )


# ---------------------------------------------------------------- a credential ends


WALK_IN: tuple[None, int] = (None, 0)


def disable_cashier(till: Till, at: datetime) -> None:
    with database.transaction() as session:
        signin.disable_staff(session, till.shop.staff["cashier"].id, actor=till.shop.owner, at=at)


def to_whom(order: Any) -> tuple[str | None, int]:
    """The member of an order, and the points that it gave."""
    return order["member"], order["points"]["earned"]


def test_what_is_sold_after_its_seller_was_disabled_is_a_walk_in_s_outside_of_shifts(device: Device) -> None:
    member = str(device.till.member.id)
    open_shift(device, NOON - 4 * HOUR)
    disable_cashier(device.till, NOON - 2 * HOUR)
    order = device.book(at=NOON - HOUR, member=member)
    assert (to_whom(order), order["flags"]) == (WALK_IN, ["staff_disabled", "credential_old"])
    with database.reading() as session:
        assert session.scalars(select(Order.shift_id)).one() is None
    held_before = device.book(at=NOON - 3 * HOUR, member=member)
    assert (to_whom(held_before), held_before["flags"]) == ((member, 6), ["staff_disabled"])


def test_whoever_left_long_ago_gives_no_points_whatever_day_they_name(device: Device) -> None:
    disable_cashier(device.till, NOON)
    with clock.stand_at(NOON + 400 * DAY):
        for day in (NOON + 400 * DAY, NOON + DAY, NOON - HOUR):
            order = device.book(at=day, member=str(device.till.member.id))
            assert (to_whom(order), order["flags"][-2:]) == (WALK_IN, ["staff_disabled", "credential_old"])


def test_a_credential_of_more_than_a_week_sells_to_walk_ins_outside_of_shifts(till: Till) -> None:
    device, member = device_of(till, since=NOON - 7 * DAY - HOUR), str(till.member.id)
    open_shift(device, NOON - 2 * DAY)
    assert to_whom(device.book(at=NOON - DAY, member=member)) == (member, 6)
    order = device.book(at=NOON, member=member)
    assert (to_whom(order), order["flags"]) == (WALK_IN, ["credential_old"])
    with database.reading() as session:
        assert session.scalars(select(Order.shift_id).order_by(Order.id)).all()[1] is None


def test_a_code_under_a_credential_that_is_over_is_not_used_up(till: Till, phone: "Phone") -> None:
    old = device_of(till, since=NOON - 8 * DAY)
    assert flags_of(old, at=NOON, **scanned(phone, NOON)) == ["credential_old"]
    assert flags_of(device_of(till), at=NOON, **scanned(phone, NOON)) == []


def test_more_sales_than_a_till_can_have_wait(device: Device) -> None:
    cashier, store = device.till.shop.cashier, device.till.shop.east.id
    with database.transaction() as session:
        tries, over = [NOON.isoformat()] * 600, NOON + HOUR
        session.add(Limit(name=BOOKED.name, subject=f"{cashier.scope} {store}", tries=tries, expires_at=over))
    assert (device.send(device.sale()).status_code, orders()) == (429, 0)


# ---------------------------------------------------------------- codes


@dataclass
class Phone:
    """The member's phone: its device in the books, and the codes that it shows."""

    handle: str
    secret: bytes

    def code(self, at: datetime) -> str:
        return rules.make_code(self.secret, self.handle, rules.step_at(at))


@pytest.fixture
def phone(till: Till) -> Phone:
    person = till.shop.phone(till.member)
    handle = body(person.api("POST", "/api/v1/me/devices", {"name": "tests"}))["handle"]
    with database.reading() as session:
        made = session.scalars(select(MemberDevice).where(MemberDevice.handle == handle)).one()
    return Phone(handle, runtime.keys().decrypt(made.secret, PURPOSE))


def scanned(phone: Phone, at: datetime) -> dict[str, str]:
    return {"code": phone.code(at), "scanned_at": at.isoformat()}


LATER = NOON + 6 * HOUR


def test_a_code_is_judged_by_the_moment_when_it_was_scanned(device: Device, phone: Phone) -> None:
    with clock.stand_at(LATER):
        order = device.book(at=NOON + HOUR, **scanned(phone, NOON + HOUR))
        assert (order["member"], order["points"]["earned"], order["flags"]) == (str(device.till.member.id), 6, [])
        again = device.book(at=NOON + HOUR, **scanned(phone, NOON + HOUR))
    assert (again["member"], again["points"]["earned"], again["flags"]) == (None, 0, ["code_refused"])
    with database.reading() as session:
        assert session.scalars(select(Scan.at)).one() == NOON + HOUR


def test_a_newer_code_that_was_used_since_takes_nothing_from_an_older_one(device: Device, phone: Phone) -> None:
    with clock.stand_at(NOON + 2 * HOUR):
        seen = {"code": phone.code(NOON + 2 * HOUR), "store": str(device.till.shop.east.id)}
        assert device.till.browser.api("POST", "/api/v1/scans", seen).status_code == 200
    with clock.stand_at(LATER):
        assert flags_of(device, at=NOON + HOUR, **scanned(phone, NOON + HOUR)) == []
        assert flags_of(device, at=NOON + 2 * HOUR, **scanned(phone, NOON + 2 * HOUR)) == ["code_refused"]


def test_a_code_of_another_hour_or_another_phone_is_a_walk_in_s(device: Device, phone: Phone) -> None:
    with clock.stand_at(LATER):
        late = {"code": phone.code(NOON + HOUR), "scanned_at": (NOON + 2 * HOUR).isoformat()}
        order = device.book(at=NOON + 2 * HOUR, **late)
        assert (order["member"], order["flags"]) == (None, ["code_refused"])
        forged = Phone(phone.handle, b"0" * 32)
        assert flags_of(device, at=NOON + HOUR, **scanned(forged, NOON + HOUR)) == ["code_refused"]
        stranger = Phone("00000001", phone.secret)
        assert flags_of(device, at=NOON + HOUR, **scanned(stranger, NOON + HOUR)) == ["code_refused"]


def test_an_offline_scan_is_no_proof_for_anything_else(device: Device, phone: Phone) -> None:
    with clock.stand_at(NOON + HOUR):
        device.book(at=NOON + HOUR, **scanned(phone, NOON + HOUR))
    with database.reading() as session:
        scan = session.scalars(select(Scan)).one()
    assert (scan.actor_kind, scan.actor_id) == ("offline", device.till.shop.staff["cashier"].id)


def test_a_member_number_from_a_card_finds_the_member(device: Device) -> None:
    assert device.book(code=device.till.member.number)["member"] == str(device.till.member.id)
    assert flags_of(device, code="1999999998") == ["member_unknown"]


# ---------------------------------------------------------------- once, and by whom


def test_a_sale_sent_again_is_the_same_order(device: Device) -> None:
    sale = device.sale(member=str(device.till.member.id))
    first, second = (device.send(sale, "sale-number-one") for _ in range(2))
    assert (first.status_code, second.status_code, first.data == second.data) == (201, 201, True)
    with database.transaction() as session:
        session.execute(delete(IdempotencyKey))  # thirty days later
    assert body(device.send(sale, "sale-number-one"))["id"] == body(first)["id"]
    assert (orders(), books_add_up()) == (1, True)


def test_sixteen_senders_at_once_book_one_order(device: Device) -> None:
    sale = device.sale(member=str(device.till.member.id))
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _n: device.send(sale, "sale-of-sixteen"), range(16)))
    assert {(answer.status_code, answer.data) for answer in answers} == {(201, answers[0].data)}
    assert (orders(), books_add_up()) == (1, True)


def test_a_sale_that_had_got_through_after_all_is_not_booked_again(device: Device) -> None:
    till = device.till
    quote = till.quote(till.line("提拉米苏", 2))
    order = body(till.pay(quote, key="answer-was-lost"))
    again = device.send(device.sale(tenders=[{"kind": "wechat", "amount": "64.00"}]), "answer-was-lost")
    assert (again.status_code, body(again)["id"], orders()) == (201, order["id"], 1)
    another = device.send(device.sale("曲奇"), "answer-was-lost")
    assert (another.status_code, body(another)["code"]) == (422, "idempotency_key_reused")


def test_a_sale_whose_answer_was_lost_is_one_also_after_its_key_was_forgotten(device: Device) -> None:
    till = device.till
    order = body(till.pay(till.quote(till.line("提拉米苏", 2)), key="lost-for-a-month"))
    with database.transaction() as session:
        idempotency.forget_old(session, at=NOON + 31 * DAY)
    again = device.send(device.sale(tenders=[{"kind": "wechat", "amount": "64.00"}]), "lost-for-a-month")
    assert (again.status_code, body(again)["id"], orders()) == (201, order["id"], 1)


def test_a_sale_that_comes_back_online_after_it_was_sent_from_the_queue_is_refused(device: Device) -> None:
    till = device.till
    quote = till.quote(till.line("提拉米苏", 2))
    assert device.send(device.sale(), "came-by-the-queue").status_code == 201
    answer = till.pay(quote, key="came-by-the-queue")
    assert (answer.status_code, body(answer)["code"], orders()) == (422, "idempotency_key_reused", 1)


def test_another_sale_under_the_same_key_is_looked_at_not_swallowed(device: Device) -> None:
    assert device.send(device.sale(), "one-key-two-sales").status_code == 201
    answer = device.send(device.sale("曲奇"), "one-key-two-sales")
    assert (answer.status_code, body(answer)["code"]) == (422, "idempotency_key_reused")


def test_whoever_is_signed_in_when_it_is_sent_is_not_who_sold(device: Device) -> None:
    manager = device.till.shop.browser("manager")
    answer = manager.api("POST", "/api/v1/offline-sales", device.sale())
    assert body(answer)["staff"] == str(device.till.shop.staff["cashier"].id)


@pytest.mark.parametrize("change", ["staff", "store", "time", "mac", "nothing", "words"])
def test_a_forged_credential_books_nothing(device: Device, change: str) -> None:
    said, mac = device.credential.removeprefix("oq_").rsplit(".", 1)
    staff, store, since = said.split(".")
    forged = {
        "staff": f"oq_{device.till.shop.staff['owner'].id}.{store}.{since}.{mac}",
        "store": f"oq_{staff}.{device.till.shop.south.id}.{since}.{mac}",
        "time": f"oq_{staff}.{store}.0.{mac}",
        "mac": f"oq_{said}.{mac[::-1]}",
        "nothing": "oq_",
        "words": "店长说可以",
    }[change]
    answer = device.send(device.sale(credential=forged))
    assert (answer.status_code, body(answer)["code"], orders()) == (403, "credential_unknown", 0)


def test_a_credential_is_for_one_store(till: Till) -> None:
    southern = get_credential(till.shop.southern, till.shop.south.id, at=NOON - DAY)
    order = Device(till, southern).book()
    assert (order["store"], order["number"]) == (str(till.shop.south.id), "A2-1121-0001")


def test_forging_ends_in_waiting(device: Device) -> None:
    sale = device.sale(credential="oq_1.1.1.AAAAAAAAAAAAAAAAAAAAAA")
    assert {device.send(sale).status_code for _ in range(20)} == {403}
    assert device.send(sale).status_code == 429


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lines": []}, "lines"),
        ({"tenders": [{"kind": "cash", "amount": "63.00"}]}, "tenders.0.amount"),
        ({"tenders": []}, "tenders"),
        ({"sold_at": "0001-01-01T00:00:00+08:00"}, "sold_at"),
        ({"sold_at": "yesterday"}, "sold_at"),
        ({"code": "88"}, "code"),
        ({"lines": [{"product": "999", "name": "月饼", "quantity": 1, "price": "64.00"}]}, "lines.0.product"),
    ],
)
def test_what_cannot_be_a_sale_is_told(device: Device, wrong: dict[str, Any], field: str) -> None:
    answer = device.send(device.sale() | wrong)
    assert (answer.status_code, list(body(answer)["errors"]), orders()) == (422, [field], 0)


def test_a_sale_needs_its_key(device: Device) -> None:
    answer = device.till.shop.client().post("/api/v1/offline-sales", json=device.sale())
    assert (answer.status_code, body(answer)["code"]) == (400, "idempotency_key_missing")


def test_the_audit_names_the_seller(device: Device) -> None:
    order = device.book()
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "orders:create")).one()
    assert (entry.subject_id, entry.actor_name, entry.store_id) == (int(order["id"]), "小林", device.till.shop.east.id)


def test_the_counter_keeps_who_came_lately_and_a_credential_that_sells_here(till: Till) -> None:
    with database.transaction() as session:
        regular = {"name": "周小米", "phone": "+8613900139001", "store_id": till.shop.east.id}
        known = members.create_member(session, regular, actor=SYSTEM, at=NOON)
    answer = till.browser.get("/staff/counter/offline")
    kit = body(answer)
    assert (kit["members"], answer.headers["Cache-Control"]) == ([[str(known.id), "周小米", "9001"]], "no-store")
    assert (kit["now"], Device(till, kit["credential"]).book(at=NOON)["staff"]) == (
        NOON.isoformat(), str(till.shop.staff["cashier"].id),
    )  # fmt: skip
    assert till.shop.browser("kitchen").get("/staff/counter/offline").status_code == 403


# ---------------------------------------------------------------- the manager looks at it


def test_a_manager_looks_at_what_is_flagged_and_says_so(device: Device) -> None:
    change_product(device.till, "提拉米苏", price=3300)
    order, shop = device.book(at=NOON - 3 * DAY), device.till.shop
    device.book("拿铁")
    manager, page = shop.browser("manager"), f"/staff/orders/{order['id']}"
    assert order["number"] in (listed := manager.get("/staff/orders?flagged=1").text)
    assert (listed.count("data-beside"), "按断网时的价格收的" in manager.get(page).text) == (1, True)
    assert shop.browser("cashier").post(f"{page}/review").status_code == 403
    assert "等店长看过" in shop.browser("cashier").get(page).text
    assert manager.post(f"{page}/review").status_code == 303
    assert "小周看过了" in manager.get(page).text
    assert order["number"] not in manager.get("/staff/orders?flagged=1").text
    assert manager.post(f"{page}/review").status_code == 303
    with database.reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "orders:review")).all()) == 1


def test_every_flag_has_its_words() -> None:
    assert set(KNOWN) == FLAGS.keys()
