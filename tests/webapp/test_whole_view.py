"""The page that tells everything of a member asks as often for somebody with a long story as for somebody with a short one."""

from datetime import timedelta

from services.checkout.commands import complete_order
from services.checkout.queries import get_sale, load_counter
from services.checkout.rules.pricing import Cart, CartLine
from services.coupons.commands import issue_coupon
from services.family.commands import add_child
from services.members.models import Member
from services.orders.queries import TenderView
from services.segments.commands import add_tag, create_tag
from services.shared import database
from services.shared.actors import SYSTEM
from tests.cast import Cast
from tests.couponing import make_template
from tests.selling import Till, open_till, welcome_member
from tests.statements import counted


def live(till: Till, member: Member, *, orders: int, children: int, coupons: int, tags: int) -> None:
    """So much happens to a member."""
    at, born = till.shop.at, till.shop.at.date()
    consent = {"children_consent": True, "health_consent": True}
    for number in range(orders):
        sell(till, member, number)
    with database.transaction() as session:
        for each in range(children):
            child = {"name": f"豆{each}", "born_on": born - timedelta(days=100 + each), "allergies": "花生", **consent}
            add_child(session, member.id, child, actor=SYSTEM, at=at)
        for each in range(tags):
            tag = create_tag(
                session, {"name": f"{member.id}-{each}", "colour": "honey", "grouping": ""}, actor=SYSTEM, at=at
            )
            add_tag(session, member.id, tag.id, actor=SYSTEM, at=at)
    for _ in range(coupons):
        template = make_template(till.shop)
        with database.transaction() as session:
            issue_coupon(session, template, member.id, source="gift", actor=SYSTEM, at=at)


def sell(till: Till, member: Member, number: int) -> None:
    """A sale some days ago."""
    at = till.shop.at - timedelta(days=number // 4, minutes=number)
    cart = Cart(till.shop.east.id, member.id, (CartLine(till.products["拿铁"], {}, 1),))
    with database.transaction() as session:
        counter = load_counter(session, cart)
        due = get_sale(session, counter, cart, None, at=at).price.due
        sale = get_sale(session, counter, cart, [TenderView("wechat", due)], at=at)
        complete_order(session, sale, origin="counter", completed_at=at, actor=SYSTEM, at=till.shop.at)


def asked_for(till: Till, member: Member) -> list[str]:
    till.browser.get(f"/staff/members/{member.id}")  # what is kept between requests is kept by now
    with counted() as seen:
        answer = till.browser.get(f"/staff/members/{member.id}")
    assert answer.status_code == 200
    return seen


def test_a_long_story_takes_no_more_queries_than_a_short_one(shop: Cast) -> None:
    till = open_till(shop, "owner")
    other = welcome_member(shop.at, "许安宁", "+8613800138001")
    live(till, till.member, orders=1, children=1, coupons=1, tags=1)
    few = asked_for(till, till.member)
    live(till, other, orders=200, children=5, coupons=30, tags=12)
    many = asked_for(till, other)
    assert len(few) == len(many), sorted(set(many) ^ set(few))
