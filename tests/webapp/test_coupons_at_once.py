"""Many people at the same moment: a limit holds, a coupon is used once, a link is taken once."""

from collections import Counter

import pytest

from services.checkout.commands import complete_order
from services.checkout.queries import get_sale_of_quote
from services.coupons import commands, queries
from services.coupons.commands import CLAIMS_BY_MEMBER
from services.coupons.errors import CouponUnusable
from services.orders.queries import TenderView
from services.shared import database
from services.shared.actors import SYSTEM
from services.signin.queries import Proof
from tests.browse import Browser, body
from tests.cast import Cast
from tests.couponing import free_item, give_coupon, make_template
from tests.selling import Till, open_till, welcome_member
from tests.webapp.test_orders_at_once import AT_ONCE, at_once


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def phones(till: Till, count: int = AT_ONCE) -> list[Browser]:
    return [till.shop.phone(welcome_member(till.shop.at, f"会员{n}", f"+86139002{n:05d}")) for n in range(count)]


def test_ten_coupons_for_sixty_four_claimants_are_ten(till: Till) -> None:
    template_id, people = make_template(till.shop, claimable=True, stock=10, per_member=1), phones(till)

    def claim(number: int) -> int:
        return people[number].api("POST", "/api/v1/me/coupons", {"template": str(template_id)}).status_code

    assert Counter(at_once(claim)) == {201: 10, 409: AT_ONCE - 10}
    with database.reading() as session:
        assert queries.get_template(session, template_id).issued == 10
        assert len(queries.list_of_template(session, template_id, limit=100)) == 10


def test_ten_a_day_for_sixty_four_claimants_are_ten(till: Till) -> None:
    template_id, people = make_template(till.shop, claimable=True, per_day=10), phones(till)

    def claim(number: int) -> int:
        return people[number].api("POST", "/api/v1/me/coupons", {"template": str(template_id)}).status_code

    assert Counter(at_once(claim)) == {201: 10, 409: AT_ONCE - 10}


def test_one_each_holds_for_one_who_taps_on_sixty_four_phones(till: Till) -> None:
    template_id = make_template(till.shop, claimable=True, per_member=1)
    people = [till.shop.phone(till.member) for _ in range(16)]

    def claim(number: int) -> int:
        return people[number % 16].api("POST", "/api/v1/me/coupons", {"template": str(template_id)}).status_code

    most = CLAIMS_BY_MEMBER.most
    assert Counter(at_once(claim)) == {201: 1, 409: most - 1, 429: AT_ONCE - most}


def test_a_coupon_is_redeemed_once_by_sixty_four_at_once(till: Till) -> None:
    coupon_id, code = give_coupon(till.shop, till.member, free_item(till.products["拿铁"]))
    with database.transaction() as session:
        from services.signin import commands as signin

        store = till.shop.east.id
        proofs = [
            signin.override_proof(
                session, till.member.id, 2200, "测试", store_id=store, actor=till.shop.owner, at=till.shop.at
            )
            for _ in range(AT_ONCE)
        ]
    sent = [{"store": str(store), "proof": f"p_{proof.id}"} for proof in proofs]

    owner = till.shop.browser("owner")  # who answered for the member

    def redeem(number: int) -> int:
        return owner.api("POST", f"/api/v1/coupons/{code}/redemptions", sent[number]).status_code

    assert Counter(at_once(redeem)) == {201: 1, 409: AT_ONCE - 1}
    with database.reading() as session:
        assert queries.get_coupon(session, coupon_id).state == "redeemed"


def test_a_link_goes_to_one_of_sixty_four_friends(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member, transferable=True)
    with database.transaction() as session:
        token = commands.offer_transfer(session, coupon_id, till.member.id, actor=SYSTEM, at=till.shop.at)
    people = phones(till)

    def take(number: int) -> int:
        return people[number].post(f"/member/coupons/gift/{token}").status_code

    assert Counter(at_once(take)) == {303: 1, 410: AT_ONCE - 1}


def test_a_checked_sale_does_not_take_the_coupon_that_a_friend_got_meanwhile(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member, transferable=True)
    friend = welcome_member(till.shop.at, "阿远", "+8613900139000")
    cart = {"store": str(till.shop.east.id), "member": str(till.member.id), "lines": [till.line("提拉米苏", 4)]}
    quote = body(till.browser.api("POST", "/api/v1/quotes", cart | {"coupons": "best"}))
    assert quote["due"] == "108.00"
    seen = till.browser.api("POST", "/api/v1/scans", {"code": code_of(till), "store": str(till.shop.east.id)})
    proof, paid = Proof("scan", int(body(seen)["id"][2:])), [TenderView("wechat", 10800, None)]
    with database.transaction() as session:
        token = commands.offer_transfer(session, coupon_id, till.member.id, actor=SYSTEM, at=till.shop.at)
    with database.reading() as session:
        sale = get_sale_of_quote(session, quote["id"], paid, proof=proof, actor=till.shop.cashier, at=till.shop.at)
    with database.transaction() as session:
        commands.take_transfer(session, token, friend.id, actor=SYSTEM, at=till.shop.at)
    with pytest.raises(CouponUnusable), database.transaction() as session:
        complete_order(session, sale, origin="counter", actor=till.shop.cashier, at=till.shop.at)
    with database.reading() as session:
        assert queries.get_coupon(session, coupon_id).standing(till.shop.at) == "usable"


def code_of(till: Till) -> str:
    return str(body(till.shop.phone(till.member).api("POST", "/api/v1/me/codes"))["code"])
