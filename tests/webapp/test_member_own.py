"""Of what is another's a member sees nothing; a page asks little, and looking changes nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text

from services.members.models import Member
from services.messaging import commands as messaging
from services.messaging.models import Message
from services.messaging.texts import Text
from services.shared import clock, database, runtime
from services.signin import commands as signin
from tests.browse import Browser, body
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till, welcome_member

PAGES = ("/member/", "/member/points", "/member/orders", "/member/inbox", "/member/me")
LONG_AFTER = NOON + timedelta(minutes=30)


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def mine(till: Till) -> Browser:
    return till.shop.phone(till.member)


@pytest.fixture
def theirs(till: Till) -> Browser:
    """The phone of 王芳, who has bought nothing."""
    return till.shop.phone(welcome_member(NOON, "王芳", "+8613900139000"))


def sell(till: Till, times: int = 1) -> list[Any]:
    return [till.sell(till.line("提拉米苏"), member=till.member) for _ in range(times)]


def write(member: Member, count: int) -> None:
    with database.transaction() as session:
        for number in range(count):
            said = Text(f"第 {number} 条", "蛋糕好了，请来取", "蛋糕好了", "点开看看")
            messaging.send_message(
                session, member.id, key=f"n:{number}", category="care", text=said, path="", language="zh",
                at=NOON + timedelta(seconds=number),
            )  # fmt: skip


def unread() -> int:
    with database.reading() as session:
        return len(session.scalars(select(Message.id).where(Message.read_at.is_(None))).all())


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked inside the block, without the transactions' own words."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    engine = runtime.current().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_what_another_has(till: Till, theirs: Browser, page: str) -> None:
    order = sell(till)[0]
    answer = theirs.get(page)
    assert answer.status_code == 200
    assert "林小满" not in answer.text
    assert order["number"] not in answer.text
    assert "消费 ¥32.00" not in answer.text


def test_the_pages_of_another_do_not_exist(till: Till, theirs: Browser) -> None:
    order = sell(till)[0]["id"]
    with database.reading() as session:
        message = session.scalars(select(Message.id)).one()
    assert theirs.get(f"/member/orders/{order}").status_code == 404
    assert theirs.get(f"/member/inbox/{message}").status_code == 404
    assert theirs.post(f"/member/inbox/{message}/open").status_code == 404
    theirs.post("/member/inbox/read")
    assert unread() == 1


@pytest.mark.parametrize("page", PAGES)
def test_without_anything_a_page_says_so_in_words(theirs: Browser, page: str) -> None:
    answer = theirs.get(page)
    assert (answer.status_code, "还没有" in answer.text or page == "/member/me") == (200, True)


@pytest.mark.parametrize("page", PAGES)
def test_looking_writes_nothing(till: Till, mine: Browser, page: str) -> None:
    sell(till, 2)
    with statements() as asked:
        mine.get(page)
    assert [each for each in asked if not each.lstrip("( ").upper().startswith(("SELECT", "WITH"))] == []


HOME = "/member/"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_little_however_much_there_is(till: Till, mine: Browser, page: str) -> None:
    def cost() -> int:
        with statements() as asked:
            assert mine.get(page).status_code == 200
        return len(asked)

    sell(till, 2)
    mine.get(page)  # the settings are read once by each process
    few = cost()
    sell(till, 4)
    write(till.member, 5)
    assert (
        cost() <= few <= (23 if page == HOME else 14)
    )  # home tells of everything: level, points, wallet, coupons, what is new, whether spending is frozen, what waits to be confirmed


def test_an_order_and_a_message_ask_little(till: Till, mine: Browser) -> None:
    order = sell(till, 3)[0]["id"]
    for page in (f"/member/orders/{order}", "/member/inbox/1"):
        with statements() as asked:
            assert mine.get(page).status_code == 200
        assert len(asked) <= 14


def test_being_here_is_noted_after_the_answer_and_seldom(till: Till, mine: Browser) -> None:
    with clock.stand_at(LONG_AFTER), statements() as asked:
        with mine.get("/member/inbox"):
            pass
        with mine.get("/member/inbox"):
            pass
    assert len([each for each in asked if each.startswith("UPDATE member_sessions")]) == 1


def test_a_note_that_fails_fails_nobody(till: Till, mine: Browser) -> None:
    """The database takes no writes for a while: who only looks is not disturbed."""
    with database.transaction() as session:
        session.execute(text("ALTER TABLE member_sessions RENAME COLUMN seen_at TO seen_then"))
        session.execute(text("ALTER TABLE member_sessions ADD COLUMN seen_at TIMESTAMP"))
        session.execute(text("UPDATE member_sessions SET seen_at = seen_then"))
    with clock.stand_at(LONG_AFTER), mine.get("/member/inbox") as answer:
        assert answer.status_code == 200


def test_the_inbox_goes_on_page_by_page(till: Till, mine: Browser) -> None:
    write(till.member, 65)
    path, seen = "/member/inbox", []
    while path:
        page = mine.get(path).text
        seen += re.findall(r"第 (\d+) 条", page)
        onward = re.search(r'href="(/member/inbox\?[^"]*after=\d+[^"]*)"', page)
        path = onward[1].replace("&amp;", "&") if onward else ""
    assert list(dict.fromkeys(map(int, seen))) == list(range(64, -1, -1))


def test_the_orders_go_on_page_by_page(till: Till, mine: Browser) -> None:
    numbers = [order["id"] for order in sell(till, 23)]
    first = mine.get("/member/orders").text
    onward = re.search(r'href="(/member/orders\?[^"]*after=\d+[^"]*)"', first)
    assert onward is not None
    second = mine.get(onward[1].replace("&amp;", "&")).text
    found = [re.findall(r'href="/member/orders/(\d+)"', page) for page in (first, second)]
    assert list(dict.fromkeys(found[0] + found[1])) == numbers[::-1]
    assert "after=" not in second


@pytest.mark.parametrize("after", ["x", "-1", "0", "999999", str(2**70), "1;DROP"])
@pytest.mark.parametrize("page", ["/member/points", "/member/orders", "/member/inbox"])
def test_nonsense_in_the_address_is_no_error(till: Till, mine: Browser, page: str, after: str) -> None:
    sell(till)
    assert mine.get(page, query_string={"after": after}).status_code == 200


def test_a_message_keeps_the_time_it_was_first_read(till: Till, mine: Browser) -> None:
    sell(till)
    mine.post("/member/inbox/1/open")
    with clock.stand_at(LONG_AFTER):
        mine.post("/member/inbox/1/open")
    with database.reading() as session:
        assert session.get_one(Message, 1).read_at == NOON


def test_a_program_of_the_page_reads_and_counts(till: Till, mine: Browser) -> None:
    write(till.member, 3)
    listed = body(mine.api("GET", "/api/v1/me/messages?limit=2"))
    assert ([message["title"] for message in listed["items"]], listed["unread"]) == (["第 2 条", "第 1 条"], 3)
    first = listed["items"][0]["id"]
    assert body(mine.api("POST", f"/api/v1/me/messages/{first}/read")) == {"unread": 2}
    rest = body(mine.api("GET", f"/api/v1/me/messages?cursor={listed['next']}"))
    assert ([message["title"] for message in rest["items"]], rest["next"]) == (["第 0 条"], None)


def test_what_is_written_to_a_member_is_text_not_markup(till: Till, mine: Browser) -> None:
    with database.transaction() as session:
        said = Text("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "x", "x")
        messaging.send_message(
            session, till.member.id, key="x", category="care", text=said, path="", language="zh", at=NOON
        )
    for page in ("/member/", "/member/inbox", "/member/inbox/1"):
        shown = mine.get(page).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


def test_the_ticket_of_somebody_who_left_opens_nothing(till: Till) -> None:
    with database.transaction() as session:
        code = signin.issue_signin_code(session, till.member.id, way="staff", actor=till.shop.cashier, at=NOON)
        session.get_one(Member, till.member.id).archived_at = NOON
    answer = till.shop.browser().post("/member/sign-in/ticket", ticket=code.ticket)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (422, False)


@pytest.mark.parametrize(
    "page", ["/staff/?member=", "/staff/orders?after=", "/staff/audit?after=", "/staff/members?after="]
)
@pytest.mark.parametrize("number", ["x", "-1", "999999", str(2**70)])
def test_nonsense_in_a_staff_address_is_no_error(till: Till, page: str, number: str) -> None:
    assert till.shop.browser("owner").get(f"{page}{number}").status_code in {200, 404}
