"""消费习惯: what a member's page, the counter and the API say of how somebody buys."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.checkout.commands import complete_order
from services.checkout.queries import get_sale, load_counter
from services.checkout.rules.pricing import Cart, CartLine
from services.orders.queries import TenderView
from services.segments.jobs import follow_facts
from services.shared import database
from services.shared.actors import SYSTEM
from tests.browse import body
from tests.cast import Cast
from tests.selling import Till, open_till


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop, "manager")


def buy(till: Till, name: str, quantity: int, at: datetime) -> None:
    """The till's member buys this, then."""
    cart = Cart(till.shop.east.id, till.member.id, (CartLine(till.products[name], {}, quantity),))
    with database.transaction() as session:
        counter = load_counter(session, cart)
        due = get_sale(session, counter, cart, None, at=at).price.due
        sale = get_sale(session, counter, cart, [TenderView("cash", due)], at=at)
        complete_order(session, sale, origin="counter", completed_at=at, actor=SYSTEM, at=till.shop.at)


def four_weeks(till: Till) -> None:
    """Every week one 拿铁 (¥22), and once three 曲奇 (¥35) in between, a day later."""
    for week in range(1, 5):
        buy(till, "拿铁", 1, till.shop.at - timedelta(weeks=week))
    buy(till, "曲奇", 3, till.shop.at - timedelta(days=13))
    follow_facts()


def habits(till: Till) -> Any:
    return body(till.browser.api("GET", f"/api/v1/members/{till.member.id}/habits"))


def page_of(till: Till) -> str:
    return till.browser.get(f"/staff/members/{till.member.id}").text


def test_habits_are_what_the_orders_say(till: Till) -> None:
    four_weeks(till)
    told = habits(till)
    latte, cookies = ({"id": str(till.products[name]), "name": name} for name in ("拿铁", "曲奇"))
    assert told["products"] == [latte | {"pieces": 4}, cookies | {"pieces": 3}]
    assert (told["orders"], told["spent"], told["average"]) == (5, "193.00", "38.60")
    assert (told["visits"], told["rhythm"]) == (5, 5)  # 21 days between the first and the last of five
    assert told["weekday"] == (till.shop.at + timedelta(hours=8)).weekday()
    assert told["category"] is None


def test_a_card_without_purchases_has_no_habits_and_says_so(till: Till) -> None:
    told, page = habits(till), page_of(till)
    assert (told["orders"], told["average"], told["rhythm"], told["products"]) == (0, None, None, [])
    assert "还没有消费，买过一次这里就有了" in page


def test_nobody_is_404(till: Till) -> None:
    for nobody in (999, 2**70):
        assert till.browser.api("GET", f"/api/v1/members/{nobody}/habits").status_code == 404


def test_the_page_says_when_they_come_and_what_they_like(till: Till) -> None:
    four_weeks(till)
    page = page_of(till)
    assert "约 5 天来一次，多在" in page
    assert "拿铁 4 份" in page
    assert "38.60" in page.split('id="habits"')[1].split("</section>")[0]


def test_one_visit_is_no_habit(till: Till) -> None:
    buy(till, "拿铁", 1, till.shop.at - timedelta(days=1))
    follow_facts()
    page = page_of(till)
    assert "来得还少，看不出习惯" in page
    assert "多在" not in page
    assert "最爱拿铁" not in till.browser.get(f"/staff/counter/members/{till.member.id}").text


def test_the_counter_says_what_they_like_best(till: Till) -> None:
    four_weeks(till)
    assert "最爱拿铁" in till.browser.get(f"/staff/counter/members/{till.member.id}").text


def test_the_first_numbers_are_those_that_the_reader_may_see(till: Till) -> None:
    head = page_of(till).split('id="tags"')[0]
    assert all(f'href="#{part}"' in head for part in ("wallet", "points", "coupons"))
    kitchen = till.shop.browser("kitchen").get(f"/staff/members/{till.member.id}")
    assert kitchen.status_code == 403
