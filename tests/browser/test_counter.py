"""The cashier's day in a real browser: a walk-in, a split, options, a scanner on a wire, and answers that get lost."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import sign_in_member, sign_in_staff
from tests.kit.accessibility import axe
from tests.kit.contact_sheet import ContactSheet, Theme
from tests.kit.shop import Shop

ORDERS = "**/api/v1/orders"
THEMES: tuple[Theme, ...] = ("light", "dark")


@pytest.fixture
def till(shop: Shop, phone: OpenDevice) -> Iterator[Page]:
    """A cashier's phone at the counter, its worker out of the way of routes."""
    context = phone()
    page = context.new_page()
    sign_in_staff(shop, page, "cashier")
    page.goto(f"{shop.origin}/staff/")
    expect(page.locator("ck-cart:defined")).to_have_count(1)
    yield page
    page.unroute_all(behavior="ignoreErrors")


def add(page: Page, name: str, times: int = 1) -> None:
    """Tap a tile."""
    for _each in range(times):
        page.locator(f'[data-product][data-name="{name}"]').click()


def pay(page: Page) -> Locator:
    """Open the tender screen of a priced cart; its amount due."""
    page.locator("[data-pay]").click()
    due = page.locator('ck-tender [data-slot="due"]')
    expect(due).to_be_visible()
    return due


def take(page: Page, kind: str, keys: str = "") -> None:
    """Take one tender: a way, an amount on the keypad, the button."""
    page.locator(f'[data-kind="{kind}"]').click()
    for key in keys:
        page.locator(f'ck-tender [data-key="{key}"]').click()
    page.locator("[data-go]").click()


def done(page: Page, slot: str) -> Locator:
    """A place of the done screen."""
    return page.locator(f'ck-done dialog[open] [data-slot="{slot}"]')


def orders_of_today(page: Page, shop: Shop) -> list[str]:
    """The numbers of today's orders at this store, as the API lists them."""
    store = page.locator("ck-cart").get_attribute("store")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    answer = page.request.get(
        f"{shop.origin}/api/v1/orders?limit=200&day={today}&store={store}", headers=_form_token(page)
    )
    return [order["number"] for order in json.loads(answer.text())["items"]]


def _form_token(page: Page) -> dict[str, str]:
    return {"X-CSRFToken": page.locator('meta[name="csrf-token"]').get_attribute("content") or ""}


def type_fast(page: Page, code: str) -> None:
    """What a scanner on a wire does: too fast for a hand. The keys are pressed inside the page: each on its way from here takes as long
    as a busy machine likes."""
    page.evaluate(
        """keys => keys.forEach((key) => document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))""",
        [*code, "Enter"],
    )


def test_a_walk_in_pays_cash_and_gets_change(till: Page, shop: Shop, sheet: ContactSheet) -> None:
    add(till, "提拉米苏", 2)
    add(till, "海盐芝士卷")
    expect(till.locator('[data-cart] [data-slot="due"]').first).to_have_text("92.00")
    sheet.shoot(till, "counter-cart", theme="light", language="zh")
    expect(pay(till)).to_have_text("92.00")
    till.locator('[data-kind="cash"]').click()
    till.get_by_role("button", name="¥100", exact=True).click()
    expect(till.locator('ck-tender [data-slot="change"]')).to_have_text("8.00")
    sheet.shoot(till, "counter-tender", theme="light", language="zh")
    till.locator("[data-go]").click()
    expect(done(till, "paid")).to_have_text("92.00")
    expect(done(till, "change")).to_have_text("8.00")
    expect(done(till, "code")).to_have_text(re.compile(r"^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$"))
    sheet.shoot(till, "counter-done", theme="light", language="zh")
    assert axe(till) == []
    number = done(till, "number").inner_text()
    till.locator("ck-done [data-stay]").click()
    expect(till.locator("ck-cart")).not_to_have_attribute("data-filled", "")
    assert number in orders_of_today(till, shop)


def test_a_split_is_paid_two_ways(till: Page) -> None:
    add(till, "提拉米苏", 2)
    pay(till)
    take(till, "wechat", "24")
    expect(till.locator('ck-tender [data-slot="due"]')).to_have_text("40.00")
    take(till, "cash", "50")
    expect(done(till, "how")).to_have_text("微信 + 现金已收")
    expect(done(till, "change")).to_have_text("10.00")


def test_a_tender_can_be_taken_back(till: Page) -> None:
    add(till, "提拉米苏")
    pay(till)
    take(till, "alipay", "2")
    till.locator("[data-drop]").click()
    expect(till.locator('ck-tender [data-slot="due"]')).to_have_text("32.00")
    take(till, "card")
    expect(done(till, "how")).to_have_text("银行卡已收")


def test_choices_change_the_price_and_are_needed(till: Page) -> None:
    add(till, "草莓奶油蛋糕")
    price = till.locator("#options [data-price]")
    expect(price).to_have_text("198.00")
    expect(till.locator("#options [data-add]")).to_have_text("还要选：尺寸、夹心")
    till.locator("#options").get_by_text("8 寸").click()
    expect(price).to_have_text("298.00")
    till.locator("#options").get_by_text("芋泥").click()
    expect(price).to_have_text("303.00")
    till.locator("#options [data-add]").click()
    expect(till.locator('[data-lines] [data-slot="about"]')).to_have_text("8 寸 · 芋泥")
    expect(till.locator('[data-cart] [data-slot="due"]').first).to_have_text("303.00")


def test_a_scanner_on_a_wire_puts_products_into_the_cart(till: Page) -> None:
    code = till.locator('[data-product]:not([data-options])[data-codes]:not([data-codes=""])').first
    name, barcode = code.get_attribute("data-name"), (code.get_attribute("data-codes") or "").split(" ")[0]
    type_fast(till, barcode)
    expect(till.locator('[data-lines] [data-slot="name"]')).to_have_text(name or "")
    type_fast(till, "6900000000007")
    expect(till.locator("ck-toast")).to_contain_text("没有条码是 6900000000007 的商品")
    expect(till.locator("[data-lines] li")).to_have_count(1)


def test_a_member_is_found_by_the_end_of_the_phone_and_earns(till: Page) -> None:
    add(till, "提拉米苏", 2)
    till.get_by_role("button", name="找会员").click()
    till.locator("#people input[type=search]").fill("0001")
    till.locator("#found-members").get_by_text("林知夏").click()
    expect(till.locator("[data-member-id]")).to_contain_text("林知夏")
    pay(till)
    take(till, "wechat")
    earned = int(done(till, "earned").inner_text())
    before, after = (int(number) for number in re.findall(r"\d+", done(till, "after").inner_text()))
    assert earned >= 6  # a level that the member has risen to by now gives more
    assert after == before + earned
    expect(done(till, "who")).to_have_text("林知夏")


def test_enter_takes_the_only_one_found_and_asks_for_the_name_of_somebody_new(till: Page) -> None:
    till.get_by_role("button", name="找会员").click()
    search = till.locator("#people input[type=search]")
    search.fill("13999990001")
    search.press("Enter")
    expect(till.locator("#quick-name")).to_be_focused()
    search.fill("lzx")
    search.press("Enter")
    expect(till.locator("[data-member-id]")).to_contain_text("林知夏")


def test_a_live_code_shows_who_it_is_once(till: Page, shop: Shop, phone: OpenDevice) -> None:
    member = phone().new_page()
    sign_in_member(shop, member)
    member.goto(f"{shop.origin}/member/")
    digits = member.locator("ck-code-card [data-digits]")
    expect(digits).to_have_text(re.compile(r"^88[\d ]{20,}$"))
    code = digits.inner_text().replace(" ", "")
    add(till, "提拉米苏")
    type_fast(till, code)
    expect(till.locator("[data-member-id]")).to_contain_text("林知夏")
    till.locator("[data-detach]").click()
    till.get_by_role("button", name="找会员").click()
    till.locator("#people input[type=search]").fill(code)  # the scanner typed into the search
    till.keyboard.press("Enter")
    expect(till.locator("ck-toast")).to_contain_text("用过")
    expect(till.locator("[data-member-id]")).to_have_count(0)
    expect(till.locator("[data-lines] li")).to_have_count(1)


def test_a_receipt_code_opens_its_order(till: Page) -> None:
    add(till, "提拉米苏")
    pay(till)
    take(till, "other")
    number, code = done(till, "number").inner_text(), done(till, "code").inner_text()
    type_fast(till, f"CK:R:{code}")
    till.wait_for_url(re.compile(r"/staff/orders/\d+$"))
    expect(till.locator(".split-detail h1")).to_have_text(number)


def test_a_card_is_opened_without_leaving_the_sale(till: Page) -> None:
    add(till, "提拉米苏")
    till.get_by_role("button", name="找会员").click()
    till.locator("#people input[type=search]").fill("13999990000")
    expect(till.locator("#quick-phone")).to_have_value("13999990000")
    till.locator("#quick-name").fill("李雷")
    till.get_by_role("button", name="开卡，接着收银").click()
    expect(till.locator("[data-member-id]")).to_contain_text("李雷")
    expect(till.locator("[data-lines] li")).to_have_count(1)


def test_a_reload_loses_nothing(till: Page) -> None:
    add(till, "提拉米苏", 3)
    till.locator("[data-open-line]").click()
    till.locator("#line [name=note]").fill("少糖")
    till.locator("#line [type=submit]").click()
    till.reload()
    expect(till.locator('[data-lines] [data-slot="about"]')).to_have_text("少糖")
    expect(till.locator('[data-lines] [data-slot="quantity"]')).to_have_text("3")


def test_clearing_can_be_undone(till: Page) -> None:
    add(till, "提拉米苏", 2)
    till.locator("[data-clear]").click()
    expect(till.locator("[data-lines] li")).to_have_count(0)
    till.get_by_role("button", name="撤销").click()
    expect(till.locator('[data-lines] [data-slot="quantity"]')).to_have_text("2")


def test_a_double_tap_is_one_order(till: Page, shop: Shop) -> None:
    before = len(orders_of_today(till, shop))
    add(till, "提拉米苏")
    pay(till)
    till.locator('[data-kind="wechat"]').click()
    till.locator("[data-go]").dblclick()
    expect(done(till, "paid")).to_have_text("32.00")
    assert len(orders_of_today(till, shop)) == before + 1


def test_a_lost_answer_is_asked_for_again_and_is_one_order(till: Page, shop: Shop) -> None:
    before = len(orders_of_today(till, shop))
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST" or len(lost) >= 3:
            return route.continue_()
        route.fetch()  # the shop books it …
        lost.append(route.request.headers["idempotency-key"])
        return route.abort()  # … and the answer never arrives

    till.route(ORDERS, lose)
    add(till, "提拉米苏")
    pay(till)
    take(till, "wechat")
    expect(till.get_by_text("还没有收到回答")).to_be_visible(timeout=8000)
    expect(done(till, "paid")).to_have_text("32.00", timeout=15_000)
    assert len(lost) == 3
    assert len(set(lost)) == 1
    assert len(orders_of_today(till, shop)) == before + 1


def test_a_page_that_dies_while_paying_comes_back_to_the_answer(till: Page, shop: Shop) -> None:
    before = len(orders_of_today(till, shop))

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            return route.abort()
        return route.continue_()

    till.route(ORDERS, lose)
    add(till, "提拉米苏")
    pay(till)
    take(till, "alipay")
    expect(till.get_by_text("还没有收到回答")).to_be_visible(timeout=8000)
    till.unroute(ORDERS)
    till.reload()
    expect(done(till, "paid")).to_have_text("32.00")
    assert len(orders_of_today(till, shop)) == before + 1


def test_another_cashier_never_sends_a_sale_that_was_left_behind(till: Page, shop: Shop) -> None:
    till.route(ORDERS, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    add(till, "提拉米苏")
    pay(till)
    take(till, "alipay")
    expect(till.get_by_text("还没有收到回答")).to_be_visible(timeout=8000)
    before = len(orders_of_today(till, shop))
    till.context.clear_cookies()  # the session ended, nobody signed out
    till.goto("about:blank")
    till.unroute(ORDERS)
    sign_in_staff(shop, till, "manager")  # comes out at the counter; it says so once
    expect(till.locator("ck-toast")).to_contain_text("上一位收款时没有收到回答")
    expect(till.locator("[data-lines] li")).to_have_count(1)
    assert len(orders_of_today(till, shop)) == before


def test_without_network_the_cart_is_sold_at_list_price_and_priced_anew_afterwards(till: Page) -> None:
    till.wait_for_function("() => document.querySelector('ck-cart').offline.kit")
    till.context.set_offline(True)
    add(till, "提拉米苏")
    expect(till.locator("[data-trouble]")).to_contain_text("没有网络，按原价收，记在本机", timeout=8000)
    expect(till.locator("[data-pay]")).to_have_attribute("aria-disabled", "false")
    till.context.set_offline(False)
    expect(till.locator("[data-trouble]")).to_be_hidden(timeout=15_000)
    expect(till.locator("[data-lines] li")).to_have_count(1)


def test_a_price_that_moved_is_shown_before_it_is_taken(till: Page, shop: Shop) -> None:
    product = till.locator('[data-product][data-name="巴斯克"]').get_attribute("data-product")

    def reprice(amount: str) -> None:
        answer = till.request.patch(
            f"{shop.origin}/api/v1/products/{product}",
            data={"price": amount},
            headers={"Authorization": f"Bearer {shop.token}", "Idempotency-Key": f"reprice-{amount}"},
        )
        assert answer.ok, answer.text()

    add(till, "巴斯克")
    expect(pay(till)).to_have_text("38.00")
    reprice("41.00")
    try:
        take(till, "wechat")
        question = till.locator("#repriced dialog[open]")
        expect(question).to_contain_text("¥41.00")
        question.get_by_role("button", name="按新价收").click()
        take(till, "wechat")
        expect(done(till, "paid")).to_have_text("41.00")
    finally:
        reprice("38.00")


def test_a_long_press_says_sold_out(till: Page) -> None:
    tile = till.locator('[data-product][data-name="抹茶千层"]')
    tile.click(delay=800)
    till.get_by_role("button", name="今天售罄").click()
    expect(tile).to_have_attribute("data-sold-out", "")
    tile.click()
    till.get_by_role("button", name="又有了").click()
    expect(tile).not_to_have_attribute("data-sold-out", "")


@pytest.mark.parametrize("size", [(320, 640), (360, 740), (1280, 800)])
def test_every_screen_of_the_counter_is_usable_for_everyone(till: Page, size: tuple[int, int]) -> None:
    found: list[str] = []
    till.set_viewport_size({"width": size[0], "height": size[1]})
    for theme in THEMES:
        till.emulate_media(color_scheme=theme, reduced_motion="reduce")
        add(till, "提拉米苏", 2)
        till.wait_for_timeout(300)
        found += _look(till, f"cart {theme}")
        pay(till)
        found += _look(till, f"tender {theme}")
        till.locator('[data-kind="cash"]').click()
        till.locator("[data-quick-amount]").last.click()
        found += _look(till, f"cash {theme}")
        till.locator("[data-go]").click()
        expect(done(till, "paid")).to_be_visible()
        found += _look(till, f"done {theme}")
        till.locator("ck-done [data-stay]").click()
    assert found == []


def _look(page: Page, state: str) -> list[str]:
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    small: list[str] = page.evaluate(SMALL)
    found = [*axe(page), *small, *(["scrolls sideways"] if sideways else [])]
    return [f"{state}: {line}" for line in found]


# Buttons and links whose box with its widening ::after is less than 44 px high or wide (24 px is WCAG's floor, 44 the shop's).
SMALL = """[...document.querySelectorAll('ck-cart button, ck-cart a')].filter((each) => {
  if (!each.checkVisibility() || each.closest('[inert]')) return false;
  if (document.querySelector('dialog[open]') && !each.closest('dialog[open]')) return false;
  const box = each.getBoundingClientRect();
  const after = getComputedStyle(each, '::after');
  const more = (side) => (after.content === 'none' ? 0 : -2 * Math.min(0, parseFloat(after[side]) || 0));
  return box.height + more('top') < 43.5 || box.width + more('left') < 43.5;
}).map((each) => `small: ${each.outerHTML.slice(0, 120)}`)"""
