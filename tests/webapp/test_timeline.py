"""The timeline: everything that happened with a member, each once, newest first, as far as the reader may see it."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, func, select

from services.audit.models import AuditEntry
from services.interactions import commands
from services.interactions.models import Interaction
from services.members.models import Member
from services.messaging.models import Message
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.timeline.queries import list_happenings
from services.timeline.rules import SOURCES, Happening
from tests.browse import Browser, body
from tests.cast import Cast
from tests.couponing import give_coupon
from tests.selling import Till, fill_shelf, welcome_member
from tests.topping import pay_in


@pytest.fixture
def till(shop: Cast) -> Till:
    return Till(shop, shop.browser("cashier"), fill_shelf(shop.at), welcome_member(shop.at))


def write(browser: Browser, member: Member, words: str, kind: str = "call", **more: Any) -> Any:
    return browser.api("POST", f"/api/v1/members/{member.id}/interactions", {"kind": kind, "words": words, **more})


def told(browser: Browser, member: Member, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = body(browser.api("GET", f"/api/v1/members/{member.id}/timeline{query}"))["items"]
    return items


def test_everything_that_happened_stands_there_once(till: Till) -> None:
    pay_in(till, amount="77.00")
    order = till.sell(till.line("提拉米苏"), member=till.member)
    manager = till.shop.browser("manager")
    manager.api("POST", f"/api/v1/orders/{order['id']}/refunds", {"amount": "1.00", "reason": "口味不对"})
    give_coupon(till.shop, till.member)
    write(till.browser, till.member, "问了生日蛋糕")
    seen = [(each["source"], each["kind"]) for each in told(manager, till.member)]
    assert set(seen) >= {
        ("interactions", "call"), ("orders", "order"), ("refunds", "refund"), ("wallet", "top_up"), ("coupons", "issue"),
        ("joined", "joined"),
    }  # fmt: skip
    assert seen.count(("orders", "order")) == 1
    assert ("wallet", "spend") not in seen


def test_a_reader_sees_what_they_may_and_orders_of_their_stores(till: Till) -> None:
    till.sell(till.line("提拉米苏"), member=till.member)
    write(till.browser, till.member, "问了生日蛋糕")
    kitchen, elsewhere = till.shop.browser("kitchen"), till.shop.browser("southern")
    assert kitchen.api("GET", f"/api/v1/members/{till.member.id}/timeline").status_code == 403
    sources = {each["source"] for each in told(elsewhere, till.member)}
    assert "orders" not in sources
    assert "interactions" in sources
    assert "messages" not in {each["source"] for each in told(till.browser, till.member)}


def test_pages_of_any_size_miss_nothing_and_repeat_nothing(till: Till) -> None:
    dice, member = Random(4), till.member
    with database.transaction() as session:
        for number in range(40):  # many in one moment, and coupons beside them in the same
            at = till.shop.at - timedelta(minutes=dice.randrange(4))
            told_of = {"kind": "note", "words": str(number)}
            commands.note_interaction(session, member.id, told_of | {"at": at}, actor=SYSTEM, at=till.shop.at)
    for _ in range(5):
        give_coupon(till.shop, member)
    whole = page(till, None, 200)
    for size in (1, 2, 7, 30):
        found: list[Happening] = []
        while more := page(till, found[-1] if found else None, size):
            found += more
        assert [each.place for each in found] == [each.place for each in whole], size
    assert len({each.place for each in whole}) == len(whole) >= 46
    assert sorted(whole, key=lambda each: each.at, reverse=True) == whole


def page(till: Till, last: Happening | None, limit: int) -> list[Happening]:
    with database.reading() as session:
        before = last.place if last else None
        return list_happenings(session, till.member.id, actor=till.shop.owner, before=before, limit=limit)


def test_filters_and_cursors_that_are_none_are_refused(till: Till) -> None:
    path = f"/api/v1/members/{till.member.id}/timeline"
    for query in ("?source=gossip", "?cursor=x", "?cursor=999999999999999999-9-1", "?limit=0"):
        assert till.browser.api("GET", path + query).status_code == 422, query
    assert {each["source"] for each in told(till.browser, till.member, "?source=joined")} == {"joined"}


def test_an_interaction_is_written_down_for_the_store_and_shown(till: Till) -> None:
    place = f"/staff/members/{till.member.id}"
    assert till.browser.post(f"{place}/interactions", kind="visit", words="看了橱窗里的六寸").status_code == 303
    page_text = till.browser.get(f"{place}/timeline").text
    assert "看了橱窗里的六寸" in page_text
    assert "看了橱窗里的六寸" in till.browser.get(place).text
    wrong = till.browser.post(f"{place}/interactions", kind="visit", words="")
    assert (wrong.status_code, "请填写" in wrong.text) == (422, True)
    assert "看了橱窗里的六寸" not in till.browser.get(f"{place}/timeline?show=orders").text


def test_a_time_ahead_and_a_store_of_others_are_refused(till: Till) -> None:
    ahead = (till.shop.at + timedelta(hours=2)).isoformat()
    assert list(body(write(till.browser, till.member, "明天", at=ahead))["errors"]) == ["at"]
    south = str(till.shop.south.id)
    assert list(body(write(till.browser, till.member, "那边", store=south))["errors"]) == ["store"]
    before = (till.shop.at - timedelta(days=3)).isoformat()
    assert write(till.browser, till.member, "三天前来过", at=before).status_code == 201


def test_ones_own_may_be_taken_back_for_a_day_and_others_by_a_manager(till: Till) -> None:
    mine, late = (body(write(till.browser, till.member, words))["id"] for words in ("写错了", "昨天写的"))
    path = f"/api/v1/members/{till.member.id}/interactions/"
    other = till.shop.browser("southern")
    assert other.api("DELETE", path + mine).status_code == 403
    assert till.browser.api("DELETE", path + mine).status_code == 204
    with database.transaction() as session:
        session.get_one(Interaction, int(late)).created_at = clock.now() - timedelta(days=2)
    assert till.browser.api("DELETE", path + late).status_code == 403
    assert till.shop.browser("manager").api("DELETE", path + late).status_code == 204
    with database.reading() as session:
        acts = session.scalar(select(func.count()).where(AuditEntry.action == "interactions:remove"))
    assert acts == 2


def test_a_page_of_the_timeline_asks_each_source_once(till: Till) -> None:
    counted: list[str] = []
    with database.reading() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *told: counted.append(told[2]))
        list_happenings(session, till.member.id, actor=till.shop.owner, limit=30)
    assert len([each for each in counted if each.startswith("SELECT")]) == len(SOURCES) + 1  # whose cards these are


def test_on_a_phone_the_timeline_stands_alone(till: Till) -> None:
    """The list of members stands beside it only where there is room (layouts/split.html)."""
    page_text = till.browser.get(f"/staff/members/{till.member.id}/timeline?show=orders").text
    assert 'data-show="detail"' in page_text


def test_codes_and_questions_about_births_are_no_part_of_it(till: Till) -> None:
    with database.transaction() as session:
        for key in ("proof:7", "family:birth:1:x", "order:7"):
            session.add(
                Message(
                    member_id=till.member.id, key=key, category="service", title=key, body="", path="/", push_title="",
                    push_body="", created_at=till.shop.at,
                )
            )  # fmt: skip
    words = {each["words"] for each in told(till.shop.browser("manager"), till.member) if each["source"] == "messages"}
    assert "order:7" in words
    assert not words & {"proof:7", "family:birth:1:x"}


def test_a_message_says_whether_it_was_read(till: Till) -> None:
    at, manager = till.shop.at, till.shop.browser("manager")
    with database.transaction() as session:
        for title, read_at in (("没看", None), ("看过", at)):
            words = {"title": title, "body": "看看新品", "path": "", "push_title": "", "push_body": ""}
            about: dict[str, Any] = {"key": f"news:{title}", "category": "care", "created_at": at, "read_at": read_at}
            session.add(Message(member_id=till.member.id, **words, **about))
    read = {each["words"]: each["read_at"] for each in told(manager, till.member, "?source=messages")}
    assert read["没看"] is None
    assert read["看过"] is not None
    page = manager.get(f"/staff/members/{till.member.id}/timeline?show=messages").text
    assert "发了消息，还没看" in page
    assert "发了消息，看过了" in page
