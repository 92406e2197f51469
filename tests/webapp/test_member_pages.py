"""What a member sees of their own: home, points, orders, inbox. And that nobody else sees it."""

from datetime import UTC, datetime, timedelta

import pytest

from services.loyalty import commands as loyalty
from services.messaging import commands as messaging
from services.messaging import queries, texts
from services.shared import clock, database
from tests.browse import Browser
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till, welcome_member


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def phone(till: Till) -> Browser:
    return till.shop.phone(till.member)


@pytest.fixture
def stranger(till: Till) -> Browser:
    return till.shop.phone(welcome_member(NOON, "王芳", "+8613900139000"))


def page(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.text


def write(till: Till, title: str, at: datetime = NOON, path: str = "") -> int:
    with database.transaction() as session:
        text = texts.written("zh", shop="小满甜品", title=title, body="点开看看")
        sent = messaging.send_message(
            session, till.member.id, key=title, category="care", text=text, path=path, language="zh", at=at
        )
    assert sent is not None
    return sent


def unread(till: Till) -> int:
    with database.reading() as session:
        return queries.count_unread(session, till.member.id)


@pytest.mark.parametrize("path", ["/member/", "/member/points", "/member/orders", "/member/inbox"])
def test_every_page_says_what_to_do_when_there_is_nothing(phone: Browser, path: str) -> None:
    shown = page(phone, path)
    assert "出示" in shown or "都会写在这里" in shown


@pytest.mark.parametrize("path", ["/member/", "/member/points", "/member/orders", "/member/inbox"])
def test_nobody_is_led_to_the_door(till: Till, path: str) -> None:
    answer = till.shop.client().get(path)
    assert (answer.status_code, answer.location) == (303, f"/member/sign-in?next={path}")


def test_home_shows_what_one_has(till: Till, phone: Browser) -> None:
    till.sell(till.line("提拉米苏", 2), till.line("拿铁"), member=till.member)
    shown = page(phone, "/member/")
    for words in ("林小满", "东湖店 · 营业至 21:30", "提拉米苏、拿铁", "+8 积分", "消息，1 条未读", "消费 ¥86.00"):
        assert words in shown
    assert f'<ck-code-card class="group block" member="{till.member.id}"' in shown


def test_home_invites_only_after_the_first_points(till: Till, phone: Browser) -> None:
    assert "<ck-push" not in page(phone, "/member/")
    till.sell(till.line("提拉米苏"), member=till.member)
    shown = page(phone, "/member/")
    assert "<ck-push" in shown
    assert "<ck-install" in shown


@pytest.mark.parametrize(
    ("hour", "words"),
    [(8, "今天 09:00 开门"), (9, "营业至 21:30"), (21, "营业至 21:30"), (22, "已打烊，明天 09:00 开门")],
)
def test_home_says_when_the_shop_is_open(phone: Browser, hour: int, words: str) -> None:
    with clock.stand_at(datetime(2026, 11, 22, hour - 8, tzinfo=UTC)):
        assert words in page(phone, "/member/")


def test_points_explain_themselves(till: Till, phone: Browser) -> None:
    order = till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.transaction() as session:
        gift = {"amount": -2, "reason": "多记了两分"}
        loyalty.adjust_points(session, till.member.id, gift, actor=till.shop.owner, at=NOON)
    shown = page(phone, "/member/points")
    for words in (
        "实付每满 ¥10 得 1 积分",
        "消费得积分",
        f"订单 {order['number']}",
        "余 6",
        "店里扣减",
        "−2",
        "多记了两分",
    ):
        assert words in shown
    assert "店里扣减" not in page(phone, "/member/points?way=in")
    assert "消费得积分" not in page(phone, "/member/points?way=out")


def test_orders_are_found_by_product_and_number(till: Till, phone: Browser) -> None:
    till.sell(till.line("提拉米苏"), member=till.member)
    coffee = till.sell(till.line("拿铁"), member=till.member)
    assert "提拉米苏" not in page(phone, "/member/orders?q=拿铁")
    assert f"/member/orders/{coffee['id']}" in page(phone, f"/member/orders?q={coffee['number']}")
    assert "没有找到" in page(phone, "/member/orders?q=没买过")


def test_older_orders_follow_under_their_month(till: Till, phone: Browser) -> None:
    for day in range(25):
        with clock.stand_at(NOON - timedelta(days=day)):
            till.sell(till.line("拿铁"), member=till.member)
    shown = page(phone, "/member/orders")
    assert shown.count("拿铁") == 20
    following = shown.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&")
    rest = page(phone, following)
    assert (rest.count("拿铁"), rest.count(">11月</h2>"), rest.count(">10月</h2>")) == (5, 0, 1)


def test_a_receipt_says_everything(till: Till, phone: Browser) -> None:
    quote = till.quote(till.line("6寸蛋糕", options={"size": "8"}, note="生日快乐"), member=till.member)
    order = till.pay(quote, {"kind": "cash", "amount": "278.00", "received": "300.00"}).get_json()
    shown = page(phone, f"/member/orders/{order['id']}")
    for words in (
        "278.00",
        "8 寸 · 生日快乐",
        "收 ¥300.00，找零 ¥22.00",
        "得 27 积分",
        order["receipt_code"],
        "谢谢光临",
    ):
        assert words in shown


def test_a_receipt_is_its_own_members_only(till: Till, phone: Browser, stranger: Browser) -> None:
    order = till.sell(till.line("拿铁"), member=till.member)
    walk_in = till.sell(till.line("拿铁"))
    assert stranger.get(f"/member/orders/{order['id']}").status_code == 404
    assert phone.get(f"/member/orders/{walk_in['id']}").status_code == 404


def test_looking_changes_nothing_and_opening_marks_read(till: Till, phone: Browser) -> None:
    message = write(till, "蛋糕好了", path="/member/orders")
    page(phone, "/member/inbox")
    assert "data-unread" in page(phone, f"/member/inbox/{message}")
    assert unread(till) == 1
    opened = phone.post(f"/member/inbox/{message}/open")
    assert (opened.status_code, opened.location, unread(till)) == (303, "/member/orders", 0)
    assert "data-unread" not in page(phone, f"/member/inbox/{message}")


def test_the_page_marks_what_it_shows(till: Till, phone: Browser) -> None:
    """A tap on the push leads to the receipt: its message is read with it."""
    order = till.sell(till.line("拿铁"), member=till.member)
    shown = page(phone, f"/member/orders/{order['id']}")
    url = shown.split('<ck-read url="')[1].split('"')[0]
    assert phone.api("POST", url, {}).get_json() == {"unread": 0}
    assert "<ck-read" not in page(phone, f"/member/orders/{order['id']}")


def test_everything_read_at_once(till: Till, phone: Browser, stranger: Browser) -> None:
    for title in ("一", "二", "三"):
        write(till, title)
    assert stranger.post("/member/inbox/read").status_code == 303
    assert unread(till) == 3
    assert phone.post("/member/inbox/read").status_code == 303
    assert unread(till) == 0
    assert "都看过了" in page(phone, "/member/inbox?unread=1")


def test_messages_stand_under_their_day_the_newest_first(till: Till, phone: Browser) -> None:
    write(till, "上周的", NOON - timedelta(days=7))
    write(till, "今天的")
    write(till, "昨天的", NOON - timedelta(days=1))
    shown = page(phone, "/member/inbox")
    order = [
        shown.index(words) for words in (">今天</h2>", "今天的", ">昨天</h2>", "昨天的", ">11月14日</h2>", "上周的")
    ]
    assert order == sorted(order)


def test_somebody_elses_message_does_not_exist(till: Till, stranger: Browser) -> None:
    message = write(till, "蛋糕好了")
    answers = [stranger.get(f"/member/inbox/{message}"), stranger.post(f"/member/inbox/{message}/open")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert unread(till) == 1


@pytest.mark.parametrize("role", ["owner", "manager", "cashier", "kitchen"])
def test_everyone_behind_the_counter_can_try_notifications(shop: Cast, role: str) -> None:
    shown = page(shop.browser(role), "/staff/notifications")
    assert '<ck-push class="block" app="staff"' in shown
