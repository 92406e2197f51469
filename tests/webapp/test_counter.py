"""收银: who may open it, what stands on it, finding and opening members without leaving the sale."""

import html
import json
import re
from typing import Any
from uuid import uuid4

import pytest

from services.catalog import commands as catalog
from services.members import commands as members
from services.members.models import Member
from services.members.rules.birthdays import Birthday
from services.shared import database
from tests.browse import body
from tests.cast import Cast
from tests.couponing import free_item, give_coupon
from tests.selling import Till, open_till
from tests.topping import pay_in
from tests.webapp.back_office import counted, shelf, stock


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def told(shop: Cast, member: Member, **fields: object) -> None:
    """Something more is known of a member."""
    with database.transaction() as session:
        members.change_member(session, member.id, fields, actor=shop.owner, at=shop.at)


def strip_of(till: Till) -> str:
    """What the counter says of the till's member."""
    return till.browser.get(f"/staff/counter/members/{till.member.id}").text


def words_of(page: str) -> list[str]:
    """The reasons to care, in their order."""
    return re.findall(r'<li class="badge[^>]*>.*?<span>(.*?)</span>', page)


@pytest.mark.parametrize("role", ["cashier", "manager", "owner"])
def test_whoever_sells_stands_at_the_counter(shop: Cast, role: str) -> None:
    page = shop.browser(role).get("/staff/")
    assert page.status_code == 200
    assert "<ck-cart" in page.text
    assert f'store="{shop.east.id}"' in page.text


def test_the_kitchen_cannot_sell(shop: Cast) -> None:
    kitchen = shop.browser("kitchen")
    assert kitchen.get("/staff/").headers["Location"] == "/staff/more"
    assert kitchen.get("/staff/counter/members?q=1").status_code == 403
    assert kitchen.get("/staff/counter/members/1").status_code == 403
    assert kitchen.post("/staff/counter/members", phone="13800138000").status_code == 403


def test_nobody_signed_in_is_sent_to_sign_in(shop: Cast) -> None:
    assert "/staff/sign-in" in shop.browser().get("/staff/").headers["Location"]


def test_an_empty_shop_says_what_to_do(shop: Cast) -> None:
    page = shop.browser("cashier").get("/staff/").text
    assert "还没有商品" in page
    assert "/staff/products" in page


def test_a_tile_carries_what_the_cart_needs(till: Till) -> None:
    page = till.browser.get("/staff/").text
    tile = page[page.index(f'data-product="{till.products["6寸蛋糕"]}"') :].split("</button>")[0]
    assert 'data-name="6寸蛋糕"' in tile
    assert 'data-price="19800"' in tile
    assert 'data-codes="6901234567892 CAKE"' in tile
    assert 'data-find="6寸蛋糕 6cdg 6901234567892 cake"' in tile
    options = json.loads(html.unescape(re.findall(r'data-options="(.*?)"', tile)[0]))
    assert [choice["price_change"] for choice in options[0]["choices"]] == [0, 8000]


def test_only_what_this_store_sells_is_shown(shop: Cast) -> None:
    here, there = stock(shop, "海盐卷", "抹茶千层")
    with database.transaction() as session:
        catalog.change_product(session, there, {"unavailable_at": [shop.east.id]}, actor=shop.owner, at=shop.at)
    page = shop.browser("cashier").get("/staff/").text
    assert f'data-product="{here}"' in page
    assert f'data-product="{there}"' not in page
    assert f'data-product="{there}"' in shop.browser("southern").get("/staff/").text


def test_sold_out_says_so_in_a_word(shop: Cast) -> None:
    (roll,) = stock(shop, "海盐卷")
    browser = shop.browser("cashier")
    sold_out = f"/api/v1/products/{roll}/stores/{shop.east.id}/sold-out"
    assert "data-sold-out" not in browser.get("/staff/").text.split("data-tiles")[1].split("</button>")[0]
    assert browser.api("PUT", sold_out, {"sold_out": True}).status_code == 200
    tile = browser.get("/staff/").text.split("data-tiles")[1].split("</button>")[0]
    assert "data-sold-out" in tile
    assert "售罄" in tile


def test_shelves_are_chips(shop: Cast) -> None:
    cakes = shelf(shop, "切件")
    stock(shop, "海盐卷", category_id=cakes)
    page = shop.browser("cashier").get("/staff/").text
    assert f'data-shelf="{cakes}"' in page
    assert f'data-in="{cakes}"' in page


def test_the_page_asks_few_questions(till: Till) -> None:
    """Eight for what is on it; four more say who is here and how the shop is set."""
    till.browser.get("/staff/")
    with counted() as asked:
        till.browser.get("/staff/")
    frame = [each for each in asked if re.search(r"FROM (staff_sessions|roles|staff_stores|settings)\b", each)]
    assert len(asked) - len(frame) <= 8
    assert len(frame) <= 4


def test_a_member_is_attached_by_the_address(till: Till) -> None:
    page = till.browser.get(f"/staff/?member={till.member.id}").text
    assert f'data-member-id="{till.member.id}"' in page
    assert till.browser.get("/staff/?member=999999").status_code == 404


def test_a_name_is_never_markup(till: Till) -> None:
    told(till.shop, till.member, name="<b>林</b>", note="<i>过敏</i>")
    assert "<b>林</b>" not in strip_of(till)
    assert "<i>过敏</i>" not in strip_of(till)


def test_a_first_visit_is_worth_a_word(till: Till) -> None:
    assert words_of(strip_of(till)) == ["第一次来"]


def test_an_allergy_stands_first_and_in_red(till: Till) -> None:
    told(till.shop, till.member, note="花生过敏", **Birthday("solar", 11, 27).columns())
    page = strip_of(till)
    assert words_of(page) == ["花生过敏", "周五生日", "第一次来"]
    assert "badge error" in page


@pytest.mark.parametrize(("day", "words"), [(21, "今天生日"), (22, "明天生日"), (28, "周六生日")])
def test_a_birthday_soon_is_said_in_words(till: Till, day: int, words: str) -> None:
    told(till.shop, till.member, **Birthday("solar", 11, day).columns())
    assert words in words_of(strip_of(till))


def test_a_birthday_far_away_and_a_lunar_one_are_not_told(till: Till) -> None:
    told(till.shop, till.member, **Birthday("solar", 11, 29).columns())
    assert words_of(strip_of(till)) == ["第一次来"]
    told(till.shop, till.member, **Birthday("lunar", 11, 22).columns())
    assert words_of(strip_of(till)) == ["第一次来"]


@pytest.mark.parametrize("text", ["林小满", "lxm", "8000", "13800138000"])
def test_people_are_found_while_typing(till: Till, text: str) -> None:
    page = till.browser.get("/staff/counter/members", query_string={"q": text}).text
    assert f'data-choose-member="{till.member.id}"' in page
    assert "13800138000" not in page.replace('value="13800138000"', "")
    assert "<html" not in page


@pytest.mark.parametrize("text", ["%00", "%27", "x" * 500, "%F0%9F%8D%B0"])
def test_odd_words_find_nobody(till: Till, text: str) -> None:
    assert till.browser.get(f"/staff/counter/members?q={text}").status_code == 200
    assert till.browser.get(f"/staff/?member={text}").status_code == 200


def test_nothing_typed_shows_who_was_here_last(till: Till) -> None:
    told(till.shop, till.member, store_id=till.shop.east.id)
    page = till.browser.get("/staff/counter/members").text
    assert "最近来过" in page
    assert f'data-choose-member="{till.member.id}"' in page


def test_nobody_found_opens_a_card_with_what_was_typed(till: Till) -> None:
    page = till.browser.get("/staff/counter/members?q=13912345678").text
    assert "没有找到「13912345678」" in page
    assert 'name="phone" type="tel" value="13912345678"' in page
    assert 'name="name" type="text" value="李雷"' in till.browser.get("/staff/counter/members?q=李雷").text


def test_a_card_is_opened_in_one_step_and_goes_into_the_sale(till: Till) -> None:
    answer = in_sheet(till, phone="13912345678", name="李雷")
    assert answer.status_code == 204
    found = re.search(r'"ck:member": \{"id": "(\d+)"\}', answer.headers["HX-Trigger"])
    assert found is not None
    with database.reading() as session:
        member = session.get(Member, int(found[1]))
        assert member is not None
        assert (member.name, member.store_id, member.opened_by) == (
            "李雷",
            till.shop.east.id,
            till.shop.staff["cashier"].id,
        )


def test_a_double_tap_opens_one_card(till: Till) -> None:
    key = str(uuid4())
    first, second = (in_sheet(till, phone="13912345678", idempotency_key=key) for _ in range(2))
    assert first.headers["HX-Trigger"] == second.headers["HX-Trigger"]


def test_a_phone_that_has_a_card_leads_to_it(till: Till) -> None:
    answer = in_sheet(till, phone="138 0013 8000")
    assert answer.status_code == 422
    assert "这个手机号已经有卡" in answer.text
    assert f'data-choose-member="{till.member.id}"' in answer.text
    assert "<html" not in answer.text


def test_without_script_the_card_is_opened_on_pages(till: Till) -> None:
    wrong = till.browser.post("/staff/counter/members", phone="12")
    assert wrong.status_code == 422
    assert "<html" in wrong.text
    opened = till.browser.post("/staff/counter/members", phone="13912345678")
    assert re.fullmatch(r"/staff/\?member=\d+", opened.headers["Location"])


def in_sheet(till: Till, **fields: str):  # type: ignore[no-untyped-def]
    """Send the form of the sheet as htmx does."""
    extra = {"csrf_token": till.browser.form_token, "idempotency_key": str(uuid4())}
    return till.browser.client.post("/staff/counter/members", data=extra | fields, headers={"HX-Request": "true"})


SELLS = ("orders:create", "quotes:create")


def test_a_quote_tells_what_a_member_holds_only_to_who_may_read_it(till: Till) -> None:
    pay_in(till, amount="300.00")
    give_coupon(till.shop, till.member, free_item(till.products["拿铁"]))
    wanted = {
        "store": str(till.shop.east.id),
        "member": str(till.member.id),
        "lines": [till.line("拿铁")],
        "coupons": "best",
    }

    def quoted(*scopes: str) -> Any:
        answer = till.shop.client().post("/api/v1/quotes", json=wanted, headers=till.shop.token(*SELLS, *scopes))
        assert answer.status_code == 200, answer.text
        return body(answer)

    blind = quoted()
    hidden = {"wallet": None, "points": None, "points_most": None, "points_save": None, "shared": None, "tier": ""}
    assert (blind["holds"], blind["coupons"], blind["due"]) == (hidden, None, "22.00")
    assert quoted("wallet:read")["holds"] == hidden | {"wallet": "300.00"}
    assert quoted("points:read")["holds"]["points"] == 0
    assert (quoted("coupons:read")["due"], len(quoted("coupons:read")["coupons"])) == ("0.00", 1)
    cashiers = body(till.browser.api("POST", "/api/v1/quotes", wanted))
    assert (cashiers["holds"]["wallet"], len(cashiers["coupons"])) == ("300.00", 1)


def test_a_changed_quote_tells_no_more_than_the_first(till: Till) -> None:
    pay_in(till, amount="300.00")
    seller = till.shop.browser_that_may(*SELLS)
    wanted = {"store": str(till.shop.east.id), "member": str(till.member.id), "lines": [till.line("拿铁")]}
    quote = body(seller.api("POST", "/api/v1/quotes", wanted))
    with database.transaction() as session:
        catalog.change_product(session, till.products["拿铁"], {"price": 2500}, actor=till.shop.owner, at=till.shop.at)
    paid = {"quote": quote["id"], "tenders": [{"kind": "wechat", "amount": "22.00"}]}
    answer = seller.api("POST", "/api/v1/orders", paid)
    assert (answer.status_code, '"wallet":null' in answer.text.replace(" ", "")) == (409, True)
    assert "300.00" not in answer.text


def test_the_strip_draws_what_a_member_holds_only_for_who_may_read_it(till: Till) -> None:
    pay_in(till, amount="300.00")
    told(till.shop, till.member, note="花生过敏")
    path = f"/staff/counter/members/{till.member.id}"
    drawn = strip_of(till)
    assert all(words in drawn for words in ("data-wallet", "data-points", "data-coupons", "¥300.00", "花生过敏"))
    plain = till.shop.browser_that_may(*SELLS).get(path).text
    assert "林小满" in plain
    for words in ("data-wallet", "data-points", "data-coupons", "300.00", "积分", "花生过敏"):
        assert words not in plain


def test_members_are_found_at_the_counter_only_by_who_may_read_members(till: Till) -> None:
    in_sheet(till, phone="13912345678", name="王大锤")
    seller = till.shop.browser_that_may(*SELLS)
    assert seller.get("/staff/counter/members?q=139").status_code == 403
    assert body(seller.get("/staff/counter/offline"))["members"] == []
    page = seller.get("/staff/")
    assert (page.status_code, "王大锤" in page.text) == (200, False)
    assert "王大锤" in till.browser.get("/staff/").text
    assert len(body(till.browser.get("/staff/counter/offline"))["members"]) == 1
