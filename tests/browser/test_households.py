"""A household as its people live it: the holder invites, the grandmother accepts on her phone, pays at the counter with her own code, and
the holder reads of it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from services.demo import guests
from tests.browser.conftest import OpenDevice
from tests.browser.people import Program, sign_in_staff
from tests.browser.test_both_apps import live_code
from tests.browser.test_counter import add, pay, type_fast
from tests.kit.accessibility import axe
from tests.kit.contact_sheet import ContactSheet, Theme
from tests.kit.shop import Shop

HOLDER, GRANDMOTHER = 16, 15  # places among the guests of the demo, whose phones are proven
THEMES: tuple[Theme, ...] = ("light", "dark")


@pytest.fixture
def calm(shop: Shop) -> Iterator[Program]:
    """The shop lets who comes in on a new phone share at once."""
    program = Program(shop)
    (before,) = (
        each["value"] for each in program.api("GET", "/settings")["items"] if each["name"] == "wallet.cool_above"
    )
    program.api("PATCH", "/settings", {"wallet.cool_above": "0.00"})
    yield program
    program.api("PATCH", "/settings", {"wallet.cool_above": before})


def guest(place: int, program: Program) -> int:
    """The id of one of the demo's guests."""
    number = guests.phone_of(place).removeprefix("+")
    return int(program.api("GET", f"/members?phone=%2B{number}")["items"][0]["id"])


def phone_of(place: int, shop: Shop, phone: OpenDevice) -> Page:
    """A phone on which one of the demo's guests has signed in."""
    page, program = phone().new_page(), Program(shop)
    program.member_id = guest(place, program)
    page.goto(program.ticket())
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def top_up(place: int, program: Program) -> None:
    """A guest pays in 300."""
    store = program.api("GET", "/stores")["items"][0]["id"]
    paid_in = {"store": store, "amount": "300.00", "tenders": [{"kind": "wechat", "amount": "300.00"}]}
    program.api("POST", f"/members/{guest(place, program)}/wallet/top-ups", paid_in)


@pytest.fixture
def till(shop: Shop, phone: OpenDevice) -> Page:
    page = phone().new_page()
    sign_in_staff(shop, page, "cashier")
    page.goto(f"{shop.origin}/staff/")
    expect(page.locator("ck-cart:defined")).to_have_count(1)
    return page


def invite(holder: Page, shop: Shop) -> str:
    """The holder fills the form in; the address of the link."""
    holder.goto(f"{shop.origin}/member/me/household/invite")
    holder.get_by_text("爷爷奶奶/外公外婆").click()
    holder.get_by_label("一天最多").fill("100")
    holder.get_by_label("一次最多").fill("80")
    holder.get_by_role("button", name="生成邀请").click()
    return holder.locator("[data-share-from]").inner_text()


def test_granny_pays_and_the_holder_hears(
    calm: Program, till: Page, shop: Shop, phone: OpenDevice, sheet: ContactSheet
) -> None:
    holder, granny = (phone_of(place, shop, phone) for place in (HOLDER, GRANDMOTHER))
    top_up(HOLDER, calm)
    address = invite(holder, shop)
    for theme in THEMES:
        sheet.shoot(holder, "household-invitation", theme=theme, language="zh")
    granny.goto(address)
    assert axe(granny) == []
    granny.get_by_role("button", name="接受").click()
    expect(granny.get_by_text("今天还能用")).to_be_visible()

    granny.goto(f"{shop.origin}/member/")
    type_fast(till, live_code(granny))
    strip = till.locator("[data-household]")
    expect(strip).to_contain_text("胡* 的家人 · 储值最多 ¥80.00")
    add(till, "提拉米苏")
    till.get_by_role("button", name="改用自己的").click()
    pay(till)
    expect(till.locator("[data-kind=wallet]")).to_be_hidden()
    till.keyboard.press("Escape")
    till.get_by_role("button", name="改用家人的").click()
    pay(till)
    till.get_by_role("radio", name=re.compile("胡\\* 的储值")).click()
    sheet.shoot(till, "household-tender", theme="light", language="zh")
    till.get_by_role("button", name=re.compile("^用胡\\* 的储值收")).click()
    expect(till.get_by_role("dialog", name=re.compile("收款完成"))).to_be_visible()

    holder.goto(f"{shop.origin}/member/inbox")
    expect(holder.get_by_text("家人付了").first).to_be_visible()
    holder.goto(f"{shop.origin}/member/me/household")
    for theme in THEMES:
        sheet.shoot(holder, "household", theme=theme, language="zh")
    assert axe(holder) == []
