"""Whatever people type is text on every page: markup in any field of both apps is shown, not followed.

The forms and pages come from the route table. Sixty strings go through every field that takes words; then every word that anybody wrote
anywhere in the books becomes one, and every page is read as a browser would (tests/webapp/markup.py; tests/browser/test_markup.py runs it).
"""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, String, select, update
from werkzeug.test import TestResponse

from services.catalog import commands as catalog
from services.coupons import commands as coupons
from services.loyalty import commands as loyalty
from services.loyalty.schemas import EarningRuleIn, TierIn
from services.members import commands as members
from services.messaging import commands as messaging
from services.messaging.models import Message
from services.orders.queries import receipt_token
from services.shared import database, jobs
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from services.stores.settings import SETTINGS
from tests.browse import Browser, body
from tests.cast import Cast
from tests.couponing import give_coupon, make_template
from tests.selling import Till, open_till
from tests.tilling import open_shift
from tests.topping import offer, pay_in
from tests.webapp import hostile
from tests.webapp.markup import STRINGS, became, forms_of

# Where nothing is typed that anybody reads, or where everybody would be out afterwards.
LEFT_OUT = ("/sign-out", "/revoke", "/disable", "/archive", "/delete", "/setup", "/erase", "/close")


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def ids(till: Till) -> dict[str, str]:
    """A shop that has one of everything, with words on all of it; the ids for addresses."""
    shop, member, at = till.shop, till.member, till.shop.at
    east, manager = str(shop.east.id), shop.browser("manager")
    jobs.beat("worker", at)
    shift = open_shift(shop, name="一号抽屉")
    order = till.sell(till.line("拿铁", note="少冰"), member=member, note="外带")
    till.browser.post(f"/staff/orders/{order['id']}/invoice", kind="personal", title="抬头")
    top_up, plan, template = pay_in(till, amount="77.00"), offer(till), make_template(shop, claimable=True)
    refund = body(manager.api("POST", f"/api/v1/orders/{order['id']}/refunds", {"amount": "1.00", "reason": "做错了"}))
    payout = body(manager.api("POST", f"/api/v1/members/{member.id}/wallet/payouts", {"store": east, "reason": "搬家"}))
    asked = {"store": east, "member": str(member.id), "way": "app", "amount": "9.00"}
    proof = body(till.browser.api("POST", "/api/v1/proofs", asked))
    parked = {"store": east, "member": str(member.id), "label": "靠窗", "pieces": 1, "cart": {}}
    till.browser.api("POST", "/api/v1/parked-carts", parked)
    coupon_id, _code = give_coupon(shop, member)
    texts = {each.name: "小满" for each in SETTINGS if each.kind in {"text", "long_text"}}
    with database.transaction() as session:
        stores.change_settings(session, texts, actor=SYSTEM, at=at)
        stores.change_store(session, shop.east.id, {"address": "东湖路 1 号"}, actor=SYSTEM, at=at)
        members.change_member(session, member.id, {"wechat_id": "小满", "note": "不吃坚果"}, actor=SYSTEM, at=at)
        link = members.create_registration_link(
            session, {"label": "门口", "store_id": shop.east.id, "source": "campaign"}, actor=SYSTEM, at=at
        )
        category = catalog.create_category(session, {"name": "切件"}, actor=SYSTEM, at=at).id
        batch = coupons.issue_to_members(session, template, [member.id], "谢谢", actor=SYSTEM, at=at).id
        rule = loyalty.create_rule(
            session, EarningRuleIn().load({"name": "双倍", "multiplier": "2"}), actor=SYSTEM, at=at
        ).id
        tier = loyalty.create_tier(
            session, TierIn().load({"name": "甜品师", "threshold": "9000.00"}), actor=SYSTEM, at=at
        ).id
        loyalty.adjust_points(session, member.id, {"amount": 5, "reason": "补积分"}, actor=shop.owner, at=at)
        told = {"title": "您好", "body": "写给您的话", "category": "service"}
        messaging.send_by_hand(session, member.id, told, language="zh", key="k", actor=SYSTEM, at=at)
        message = session.scalars(select(Message.id).order_by(Message.id.desc())).first()
    return {
        "order_id": order["id"], "token": receipt_token(int(order["id"])), "top_up_id": top_up["id"], "payout_id": payout["id"],
        "refund_id": refund["id"], "proof_id": proof["id"].removeprefix("p_"), "shift_id": str(shift), "store_id": east,
        "member_id": str(member.id), "day": "2026-11-21", "plan_id": str(plan.id), "template_id": str(template),
        "category_id": str(category), "batch_id": str(batch), "rule_id": str(rule), "tier_id": str(tier), "link_id": str(link.id),
        "product_id": str(till.products["拿铁"]), "coupon_id": str(coupon_id), "message_id": str(message), "code": link.code,
        "staff_id": str(shop.staff["manager"].id), "role_id": "2", "group": "shop", "name": "member", "app": "member",
    }  # fmt: skip


class Walk:
    """The people of a shop, who open pages and send forms; nothing of what they typed may become more than text."""

    def __init__(self, till: Till, app: Flask, ids: dict[str, str]) -> None:
        self.app, self.ids = app, ids
        self.owner, self.phone, self.nobody = (
            till.shop.browser("owner"),
            till.shop.phone(till.member),
            till.shop.browser(),
        )
        self.pages = self.seen = 0

    def browser(self, path: str) -> Browser:
        """Who is at home there."""
        if path.startswith("/member") and "/sign-in" not in path:
            return self.phone
        return self.owner if path.startswith("/staff") and "/sign-in" not in path else self.nobody

    def look(self, answer: TestResponse, *where: object) -> str:
        """Read a page, if it is one; its text."""
        assert answer.status_code < 500, where
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        if answer.mimetype != "text/html":
            answer.close()
            return ""
        found, seen = became(answer.text)
        assert not found, (*where, found[:3])
        self.pages, self.seen = self.pages + 1, self.seen + seen
        return answer.text

    def paths(self) -> Iterator[str]:
        """Every page that can be opened."""
        for rule in hostile.rules(self.app, "GET"):
            yield hostile.address(rule, **self.ids)


@pytest.fixture
def walk(till: Till, app: Flask, ids: dict[str, str]) -> Walk:
    return Walk(till, app, ids)


def test_there_are_sixty_and_the_reader_sees_each_of_them() -> None:
    """The control: a page that prints them as they are is found out; as text they are nothing."""
    assert len(set(STRINGS)) == len(STRINGS) >= 60
    missed = []
    for text in STRINGS:
        raw = (
            f"<p>{text}</p>", f'<input value="{text}">', f"<input value='{text}'>", f"<input value={text}>", f"<a href='{text}'>x</a>",
            f"<script>let a = '{text}'</script>", f"<textarea>{text}</textarea>", f"<title>{text}</title>", f"<!--{text}-->",
            f"<style>{text}</style>",
        )  # fmt: skip
        missed += [] if any(became(page)[0] for page in raw) else [text]
    assert missed == []


@pytest.mark.timeout(0)
def test_markup_in_any_field_of_any_form_is_text(walk: Walk) -> None:
    """Each field that takes words gets them alone, so that what is sound besides is saved; the answer and where it leads are read."""
    strings, sent, forms = cycle(STRINGS), 0, set[tuple[str, str]]()
    for path in list(walk.paths()):
        browser = walk.browser(path)
        page = walk.look(browser.get(path), path)
        for action, fields, words in forms_of(page):
            to = (action or path).split("?")[0]
            if any(each in to for each in LEFT_OUT):
                continue
            for name in words:
                if (to, name) in forms:
                    continue
                forms.add((to, name))
                text = next(strings)
                answer = browser.post(to, **(fields | {name: text}))
                walk.look(answer, to, name, text)
                sent += 1
                if 300 <= answer.status_code < 400 and "://" not in answer.headers["Location"]:
                    walk.look(browser.get(answer.headers["Location"]), to, name, text, "and on")
    assert sent >= len(STRINGS)
    assert walk.seen > sent // 2


@pytest.mark.timeout(0)
def test_markup_as_any_word_in_the_books_is_text_on_every_page(walk: Walk) -> None:
    """Names, notes, reasons, labels, choices, snapshots of sales: whatever is written in Chinese, in any column of any table."""
    changed = write_over()
    assert changed >= 60
    for path in walk.paths():
        walk.look(walk.browser(path).get(path), path)
        walk.look(walk.browser(path).get(path, headers={"HX-Request": "true"}), path, "a fragment")
    assert walk.seen > 200


def write_over() -> int:
    """Put a string in the place of every word; how many."""
    strings, count = cycle(STRINGS), 0

    def turned(value: Any) -> Any:
        nonlocal count
        if isinstance(value, dict):
            return {key: turned(each) for key, each in value.items()}
        if isinstance(value, list):
            return [turned(each) for each in value]
        if isinstance(value, str) and any("\u4e00" <= each <= "\u9fff" for each in value):
            count += 1
            return next(strings).replace("\0", "")
        return value

    with database.transaction() as session:
        for table in database.Base.metadata.sorted_tables:
            texts = [each for each in table.columns if isinstance(each.type, String | JSON)]
            for row in session.execute(select(table)).mappings().all() if texts else ():
                new = {each.name: turned(row[each.name]) for each in texts}
                new = {name: value for name, value in new.items() if value != row[name]}
                if new:
                    here = [key == row[key.name] for key in table.primary_key.columns]
                    session.execute(update(table).where(*here).values(new))
    return count


@pytest.mark.timeout(0)
def test_markup_behind_any_address_is_text(walk: Walk) -> None:
    """What is searched for, filtered by, gone on to."""
    strings = cycle(STRINGS)
    for path in walk.paths():
        for names in (
            ("q", "text", "lang", "sort", "code"),
            ("next", "from", "to", "actor", "action", "day"),
            ("phone", "state", "cursor"),
        ):
            text = next(strings)
            answer = walk.browser(path).get(path, query_string=dict.fromkeys(names, text))
            walk.look(answer, path, names, text)
            assert "xq" not in answer.headers.get("Location", "").split("?")[0], (path, names, text)


def test_what_was_typed_is_on_the_page_to_be_read(shop: Cast, till: Till) -> None:
    """Shown, not swallowed: the cashier sees what somebody calls themselves."""
    with database.transaction() as session:
        members.change_member(session, till.member.id, {"name": "<b xq>小满</b>"}, actor=SYSTEM, at=shop.at)
    page = shop.browser("cashier").get(f"/staff/members/{till.member.id}").text
    assert "&lt;b xq&gt;小满&lt;/b&gt;" in page
