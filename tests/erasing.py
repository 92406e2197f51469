"""A member who uses everything the shop has, and a look into every corner for what is left of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from services.coupons import commands as coupons
from services.forms.commands import submit_form
from services.members.models import Member
from services.messaging import commands as messaging
from services.shared import clock, database, runtime
from services.shared.actors import SYSTEM, Actor
from services.shared.database import Model
from services.signin import commands as signin
from services.signin.models import DevelopmentMail
from tests.browse import Browser, body
from tests.couponing import OFF_20, make_template
from tests.forming import hang_up
from tests.kit.push_subscriptions import HeadlessSubscription
from tests.selling import Till
from tests.topping import offer, pay_in

NAME, PHONE, WECHAT = "曲筱绡", "+8617712349876", "wx_quxx_9f3e"
NOTE = "曲筱绡 177 1234 9876 quxx@life.example"
PUSH = "https://fcm.googleapis.com/fcm/send/quxx"
FORMS = (
    NAME, "17712349876", "177 1234 9876", "177-1234-9876", "1234 9876", WECHAT, "quxx@life.example", "quxiaoxiao",
    json.dumps(NAME)[1:-1],
)  # fmt: skip


def join(till: Till) -> Member:
    """By a registration link, from a phone; staff add what they know."""
    till.browser.api("POST", "/api/v1/quotes", {"store": str(till.shop.east.id), "lines": []})  # some other request
    sent = {
        "phone": "177 1234 9876",
        "name": NAME,
        "wechat_id": WECHAT,
        "note": NOTE,
        "consent": True,
        "store": str(till.shop.east.id),
    }
    made = ok(till.browser.api("POST", "/api/v1/members", sent))
    birthday = {"calendar": "lunar", "month": 8, "day": 15, "year": 1993, "leap": False}
    ok(
        till.shop.browser("manager").api(
            "PATCH", f"/api/v1/members/{made['id']}", {"birthday": birthday, "note": NOTE + "!"}
        )
    )
    with database.reading() as session:
        return session.get_one(Member, int(made["id"]))


def ok(answer: Any) -> Any:
    """The body of an answer that is as it should be."""
    assert answer.status_code in {200, 201, 303}, answer.text
    return body(answer) if answer.is_json else None


def live(till: Till) -> Browser:
    """Everything a member can have to do with a shop; their phone, still signed in."""
    shop, member, friend = till.shop, join(till), till.member
    till.member = member
    manager, owner, phone = shop.browser("manager"), shop.browser("owner"), shop.phone(member)
    here = str(shop.east.id)
    shift = ok(till.browser.api("POST", "/api/v1/tills", {"store": here, "name": "一号", "opening_float": "100.00"}))[
        "id"
    ]
    courier = {"kind": "out", "amount": "5.00", "reason": f"替{NAME}付跑腿 17712349876"}
    ok(till.browser.api("POST", f"/api/v1/tills/{shift}/entries", courier))
    _buy(till, manager, member, friend)
    plan = str(offer(till).id)
    pay_in(till, plan=plan)
    wallet = f"/api/v1/members/{member.id}/wallet"
    ok(owner.api("POST", wallet + "/payouts", {"store": here, "reason": NOTE}))
    pay_in(till)
    ok(owner.api("POST", wallet + "/adjustments", {"principal": "10.00", "bonus": "1.00", "reason": NOTE}))
    ok(owner.api("POST", f"/api/v1/members/{member.id}/points/adjustments", {"amount": 500, "reason": NOTE}))
    _hold_coupons(till, manager, member, friend)
    said = {"title": f"{NAME}您好", "body": NOTE, "category": "service"}
    ok(owner.api("POST", f"/api/v1/members/{member.id}/messages", said))
    ok(owner.api("POST", f"/api/v1/members/{friend.id}/messages", said))
    ok(owner.api("PATCH", f"/api/v1/members/{friend.id}", {"note": f"{NAME}的朋友"}))
    _carry_a_phone(till, manager, phone, member)
    _fill_in(till, member)
    return phone


def _fill_in(till: Till, member: Member) -> None:
    """A form, signed in; and once more by somebody who has their number."""
    said = {"kind": "words", "label_zh": "还想说的"}
    link = hang_up(till.shop, {"kind": "phone", "required": True}, {"kind": "name"}, said, gift_points=5)
    typed = {"phone": PHONE, "consent": "1", "a.q2": NAME, "a.q3": NOTE}
    for actor in (Actor("member", member.id, NAME, origin="10.9.8.7 phone"), Actor("public", origin="10.9.8.7 phone")):
        with database.transaction() as session:
            submit_form(session, link.token, typed, actor=actor, at=till.shop.at)


def _buy(till: Till, manager: Browser, member: Member, friend: Member) -> None:
    here = str(till.shop.east.id)
    line = till.line("提拉米苏", 2, note=NOTE)
    first = till.sell(line, member=member, note=NOTE)
    cart = {
        "store": here,
        "member": str(member.id),
        "lines": [till.line("巴斯克", manual_price="30.00")],
        "manual_reason": NOTE,
    }
    quote = ok(manager.api("POST", "/api/v1/quotes", cart))
    paid = {"quote": quote["id"], "tenders": [{"kind": "wechat", "amount": quote["due"]}], "note": NOTE}
    second = ok(manager.api("POST", "/api/v1/orders", paid))
    ok(manager.api("POST", f"/api/v1/orders/{second['id']}/refunds", {"amount": "1.00", "reason": NOTE}))
    ask(till, first, kind="personal", title=NAME, email="quxx@life.example")
    ok(manager.api("PATCH", f"/api/v1/orders/{first['id']}/invoice-request", {"state": "issued", "note": NOTE}))
    ask(
        till,
        second,
        kind="company",
        title="筱绡贸易有限公司",
        tax_number="91350100M000100Y43",
        email="quxx@life.example",
    )
    ok(manager.api("PATCH", f"/api/v1/orders/{second['id']}/invoice-request", {"state": "issued", "note": NOTE}))
    third = till.sell(till.line("拿铁"), member=member)
    ask(till, third, kind="personal", title=NAME, email="quxx@life.example")
    theirs = {"member": str(friend.id), "reason": f"是{NAME}的朋友买的"}
    ok(manager.api("POST", f"/api/v1/orders/{third['id']}/reassignments", theirs))
    walk_in = till.sell(till.line("曲奇"), note=f"{NAME}来取 177-1234-9876")
    claim = {"receipt_code": walk_in["receipt_code"], "member": str(member.id)}
    ok(till.browser.api("POST", "/api/v1/claims", claim))
    till.sell(till.line("曲奇"), note=f"留给{NAME}")  # nobody's, and it names them
    parked = {"store": here, "label": f"{NAME} +86 177 1234 9876", "pieces": 1, "cart": {"note": NOTE}}
    ok(till.browser.api("POST", "/api/v1/parked-carts", parked))
    ok(till.browser.api("POST", "/api/v1/parked-carts", parked | {"member": str(member.id)}))


def ask(till: Till, order: Any, **wanted: str) -> None:
    """Ask for an invoice."""
    ok(till.browser.api("POST", f"/api/v1/orders/{order['id']}/invoice-request", wanted))


def _hold_coupons(till: Till, manager: Browser, member: Member, friend: Member) -> None:
    shop, template = till.shop, make_template(till.shop, OFF_20 | {"transferable": True})
    held = f"/api/v1/members/{member.id}/coupons"
    given = ok(manager.api("POST", held, {"template": str(template), "reason": NOTE}))
    ok(manager.api("POST", f"/api/v1/coupons/{given['code']}/revocations", {"reason": NOTE}))
    me = Actor("member", member.id, NAME, origin="10.9.8.7 phone")
    with database.transaction() as session:
        lines = ["177 1234 9876", "+86 177-1234-9876 ", "18800001111"]
        coupons.issue_to_lines(session, template, lines, NOTE, actor=shop.manager, at=shop.at)
        coupons.issue_to_lines(session, template, ["17712349876"], NOTE, actor=shop.manager, at=shop.at)
        passed, kept = (
            coupons.issue_coupon(session, template, member.id, source="gift", actor=SYSTEM, at=shop.at)
            for _ in range(2)
        )
        token = coupons.offer_transfer(session, passed.id, member.id, actor=me, at=shop.at)
        coupons.take_transfer(session, token, friend.id, actor=SYSTEM, at=shop.at)
        coupons.offer_transfer(session, kept.id, member.id, actor=me, at=shop.at)


def _carry_a_phone(till: Till, manager: Browser, phone: Browser, member: Member) -> None:
    ok(phone.api("POST", "/api/v1/me/devices", {"handle": None, "name": f"{NAME}的 iPhone"}))
    ok(manager.api("POST", f"/api/v1/members/{member.id}/sign-in-codes", {}))
    phone.post("/member/me/edit", name=NAME, gender="female", wechat_id=WECHAT)
    stranger = till.shop.browser()
    stranger.post("/member/sign-in", phone="177 1234 9876", code="000000")
    asked = {"member": str(member.id), "store": str(till.shop.east.id), "amount": "20.00"}
    ok(till.browser.api("POST", "/api/v1/proofs", asked | {"way": "app"}))
    ok(manager.api("POST", "/api/v1/proofs", asked | {"way": "override", "reason": NOTE}))
    me = Actor("member", member.id, NAME, origin="10.9.8.7 phone")
    keys = HeadlessSubscription(PUSH, application_key=None).info["keys"]
    with database.transaction() as session:
        messaging.subscribe(
            session, app="member", endpoint=PUSH, **keys,
            name=f"{NAME}的手机", actor=me, at=till.shop.at,
        )  # fmt: skip
        signin.change_wallet_pin(session, member.id, signin.hash_pin("123789"), actor=me, at=till.shop.at)
        mail = {"recipient": PHONE, "text": "123456", "created_at": clock.now()}
        session.execute(insert(DevelopmentMail), mail)
    till.sell(till.line("拿铁"), member=member)  # a push about it waits


def corners() -> Iterator[tuple[str, str]]:
    """Every value of every table, as the engine keeps it and as the program reads it; answers kept for repetition are opened."""
    with database.reading() as session:
        for table in Model.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                yield from ((f"{table.name}.{name}", _plain(value)) for name, value in row.items())
            for raw in session.execute(text(f'SELECT * FROM "{table.name}"')):
                yield from ((table.name, _plain(value)) for value in raw)
            if table.name == "idempotency_keys":
                from services.shared import idempotency

                for row in session.execute(select(table.c.answer)).scalars():
                    yield "idempotency_keys, opened", idempotency._open(row["sealed"])


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def left_in_tables(forms: tuple[str, ...] = FORMS) -> set[str]:
    """Where any of these still stands."""
    return {f"{where}: {form}" for where, value in corners() for form in forms if form.lower() in value.lower()}


def left_in_files(forms: tuple[str, ...] = FORMS) -> set[str]:
    """Which file of the data folder still holds any of these."""
    sought = [form.encode() for form in forms]
    files: list[Path] = [path for path in runtime.config().data.rglob("*") if path.is_file()]
    return {path.name for path in files for each in sought if each in path.read_bytes()}
