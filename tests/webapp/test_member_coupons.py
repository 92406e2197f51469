"""My coupons: tabs, the code, taking more, and giving one to a friend."""

import html
import re

import pytest

from services.coupons import commands, queries
from services.shared import database
from services.shared.actors import SYSTEM
from tests.cast import Cast
from tests.couponing import give_coupon, make_template
from tests.selling import Till, open_till, welcome_member


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def test_a_coupon_shows_its_code_to_its_holder_alone(till: Till) -> None:
    coupon_id, code = give_coupon(till.shop, till.member)
    phone, fang = till.shop.phone(till.member), till.shop.phone(welcome_member(till.shop.at, "王芳", "+8613900139000"))
    assert "满100减20" in phone.get("/member/coupons").text
    assert code in phone.get(f"/member/coupons/{coupon_id}").text
    assert fang.get(f"/member/coupons/{coupon_id}").status_code == 404


def test_used_and_expired_ones_have_tabs_of_their_own(till: Till) -> None:
    used, _ = give_coupon(till.shop, till.member, name="用掉的")
    give_coupon(till.shop, till.member, name="还在的")
    with database.transaction() as session:
        commands.redeem(
            session,
            used,
            member_id=till.member.id,
            saved=2000,
            store_id=till.shop.east.id,
            actor=SYSTEM,
            at=till.shop.at,
        )
    phone = till.shop.phone(till.member)
    usable, other = phone.get("/member/coupons").text, phone.get("/member/coupons?coupons=used").text
    assert ("还在的" in usable, "用掉的" in usable) == (True, False)
    assert ("还在的" in other, "用掉的" in other, "省 ¥20.00" in other) == (False, True, True)
    assert "这里还没有" in phone.get("/member/coupons?coupons=over").text


def test_a_claim_link_is_for_everybody_and_taking_it_for_members(till: Till) -> None:
    template_id = make_template(till.shop, claimable=True, per_member=1, name="群里的券")
    nobody, phone = till.shop.browser(), till.shop.phone(till.member)
    assert "群里的券" in nobody.get(f"/claim/{template_id}").text
    assert "/member/sign-in" in nobody.get(f"/member/coupons/claim/{template_id}").location
    path = f"/member/coupons/claim/{template_id}"
    assert phone.post(path).status_code == 303
    again = phone.post(path)
    assert (again.status_code, "每人限领的数量已领完" in again.text) == (409, True)
    assert "您领过了" in phone.get(path).text
    assert nobody.get(f"/claim/{make_template(till.shop)}").status_code == 404


def test_a_public_code_is_entered_and_guessing_ends(till: Till) -> None:
    make_template(till.shop, public_code="CAKE88", name="口令券")
    phone = till.shop.phone(till.member)
    taken = phone.post("/member/coupons/codes", public_code="cake88")
    assert "口令券" in phone.get(taken.location).text
    answers = [phone.post("/member/coupons/codes", public_code=f"WRONG{n}").status_code for n in range(10)]
    assert (answers[0], answers[-1]) == (404, 429)


def test_a_friend_takes_a_coupon_by_its_link_once(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member, transferable=True)
    giver = till.shop.phone(till.member)
    friend, other = (
        till.shop.phone(welcome_member(till.shop.at, name, number))
        for name, number in (("王芳", "+8613900139000"), ("李雷", "+8613900139001"))
    )
    assert giver.post(f"/member/coupons/{coupon_id}/transfer").status_code == 303
    page = giver.get(f"/member/coupons/{coupon_id}").text
    found = re.search(r"/member/coupons/gift/[\w-]+", html.unescape(page))
    assert found is not None
    link = found[0]
    assert "您自己送出的券" in giver.get(link).text
    assert "/member/sign-in" in till.shop.browser().get(link).location
    assert "收下" in friend.get(link).text
    assert friend.post(link).status_code == 303
    assert other.post(link).status_code == 410
    assert giver.get(f"/member/coupons/{coupon_id}").status_code == 404
    with database.reading() as session:
        held = queries.get_coupon(session, coupon_id)
    assert held.member_id not in {None, till.member.id}


def test_a_link_that_was_taken_back_gives_nothing(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member, transferable=True)
    giver, friend = (
        till.shop.phone(till.member),
        till.shop.phone(welcome_member(till.shop.at, "王芳", "+8613900139000")),
    )
    giver.post(f"/member/coupons/{coupon_id}/transfer")
    found = re.search(r"/member/coupons/gift/[\w-]+", giver.get(f"/member/coupons/{coupon_id}").text)
    assert found is not None
    assert giver.post(f"/member/coupons/{coupon_id}/transfer/cancel").status_code == 303
    assert (friend.get(found[0]).status_code, friend.post(found[0]).status_code) == (410, 410)


def test_one_that_may_not_be_passed_on_shows_no_link(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member)
    phone = till.shop.phone(till.member)
    assert "送给朋友" not in phone.get(f"/member/coupons/{coupon_id}").text
    assert phone.post(f"/member/coupons/{coupon_id}/transfer").status_code == 409
