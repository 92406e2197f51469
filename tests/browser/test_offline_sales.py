"""Selling without network: the sale waits on the device, over closing and signing out, and is booked once under whoever sold.

The long form (`make soak`) flips the network a hundred times during five hundred sales: CHANGKE_FLIPS, CHANGKE_SALES, CHANGKE_SEED.
"""

import json
import os
import random
import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import Program, sign_in_staff
from tests.browser.test_counter import add, done, pay, take, type_fast
from tests.browser.test_offline import KIT_IS_THERE, ready_till
from tests.kit.contact_sheet import ContactSheet, Theme
from tests.kit.devtools import dispatch_sync
from tests.kit.shop import Shop
from tests.kit.waiting import wait_until

SALES = "**/api/v1/offline-sales"
FLIPS, SOLD = int(os.environ.get("CHANGKE_FLIPS", "15")), int(os.environ.get("CHANGKE_SALES", "60"))
SEED = int(os.environ.get("CHANGKE_SEED", "2026"))
PATIENCE = 60_000
THEMES: tuple[Theme, ...] = ("light", "dark")
# A browser without Background Sync, as most are: only pages send.
NO_SYNC = "delete globalThis.ServiceWorkerRegistration?.prototype.sync"


def cut(context: BrowserContext, till: Page) -> None:
    """The network is gone, and the page has noticed."""
    context.set_offline(True)
    expect(till.locator("ck-net")).to_contain_text("没有网络")


def chip(page: Page) -> Locator:
    return page.locator('ck-queue [data-slot="count"]')


def sell(till: Page, name: str = "提拉米苏", times: int = 1, kind: str = "cash") -> None:
    """From tile to the screen that says the sale waits."""
    add(till, name, times)
    expect(till.locator("[data-pay]")).to_have_attribute("aria-disabled", "false")
    pay(till)
    expect(till.locator("ck-tender [data-local-note]")).to_be_visible()
    take(till, kind)
    expect(done(till, "number")).to_have_text("待同步")
    till.locator("ck-done [data-stay]").click()


def booked(shop: Shop) -> list[dict[str, Any]]:
    """Every sale that came from a queue, in the order of booking."""
    query = """SELECT orders.id, external_key AS key, staff_id AS staff, member_id AS member, due, flags, quantity
        FROM orders JOIN order_lines ON order_id = orders.id WHERE origin = 'offline' ORDER BY orders.id"""
    with closing(sqlite3.connect(f"file:{shop.data / 'changke.db'}?mode=ro", uri=True)) as books:
        books.row_factory = sqlite3.Row
        return [dict(row) for row in books.execute(query)]


def staff_id(shop: Shop, role: str) -> int:
    name = next(person["username"] for person in shop.accounts["staff"] if person["role"] == role)
    with closing(sqlite3.connect(f"file:{shop.data / 'changke.db'}?mode=ro", uri=True)) as books:
        return int(books.execute("SELECT id FROM staff WHERE username = ?", (name,)).fetchone()[0])


def shoot(page: Page, name: str, sheet: ContactSheet) -> None:
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        sheet.shoot(page, name, theme=theme, language="zh")
    page.emulate_media(color_scheme="light")


def test_a_sale_outlives_page_and_session_and_is_booked_once_under_its_cashier(
    shop: Shop, phone: OpenDevice, sheet: ContactSheet
) -> None:
    before = len(booked(shop))
    context = phone()
    context.add_init_script(NO_SYNC)
    till = ready_till(shop, context)
    cut(context, till)
    add(till, "提拉米苏", 2)
    expect(till.locator("[data-trouble]")).to_contain_text("按原价收，记在本机")
    pay(till)
    expect(till.locator("ck-tender [data-local-note]")).to_be_visible()
    expect(till.locator('[data-kind="wallet"]')).to_be_hidden()
    till.locator('[data-kind="cash"]').click()
    shoot(till, "offline-tender", sheet)
    till.locator("ck-tender").get_by_role("button", name="¥100", exact=True).click()
    till.locator("[data-go]").click()
    expect(done(till, "number")).to_have_text("待同步")
    expect(done(till, "change")).to_have_text("36.00")
    shoot(till, "offline-done", sheet)
    till.locator("ck-done [data-stay]").click()
    expect(chip(till)).to_have_text("1 笔待同步")
    till.close()

    again = context.new_page()
    again.goto(f"{shop.origin}/staff/")
    expect(chip(again)).to_have_text("1 笔待同步")
    sell(again, "海盐芝士卷", kind="wechat")
    again.locator("ck-queue button").click()
    expect(again.locator("#queue [data-list] li")).to_have_count(2)
    expect(again.locator("#queue [data-list] li").first).to_contain_text("等网络")
    shoot(again, "offline-queue", sheet)
    again.close()

    context.route(SALES, lambda route: route.abort())
    context.set_offline(False)
    leaving = context.new_page()
    leaving.goto(f"{shop.origin}/staff/more")
    leaving.locator("[data-sign-out] button").click()
    expect(leaving.locator("#queue-kept")).to_contain_text("还有 2 笔没同步")
    shoot(leaving, "offline-leaving", sheet)
    leaving.locator("#queue-kept [data-leave]").click()
    leaving.wait_for_url("**/sign-in*")
    assert len(booked(shop)) == before

    context.unroute(SALES)
    sign_in_staff(shop, leaving, "manager")
    wait_until(lambda: len(booked(shop)) == before + 2, what="both sales in the books", seconds=60)
    leaving.goto(f"{shop.origin}/staff/")
    expect(leaving.locator("ck-queue")).to_be_hidden()
    cashier = staff_id(shop, "cashier")
    sales = booked(shop)[before:]
    assert [(sale["staff"], sale["due"], json.loads(sale["flags"])) for sale in sales] == [
        (cashier, 6400, []),
        (cashier, 2800, []),
    ]
    time.sleep(0.5)
    assert len(booked(shop)) == before + 2


def test_the_worker_sends_when_no_page_is_open(shop: Shop, phone: OpenDevice) -> None:
    before = len(booked(shop))
    context = phone()
    till = ready_till(shop, context)
    cut(context, till)
    sell(till)
    elsewhere = context.new_page()
    till.close()
    context.set_offline(False)
    elsewhere.goto(f"{shop.origin}/healthz?light=1")
    dispatch_sync(elsewhere, "changke-queue", scope="/staff/")
    wait_until(lambda: len(booked(shop)) == before + 1, what="the sale in the books", seconds=30)


def test_members_of_the_list_and_scanned_codes_are_served(shop: Shop, phone: OpenDevice) -> None:
    before = len(booked(shop))
    context = phone()
    context.add_init_script(NO_SYNC)
    till = ready_till(shop, context)
    cut(context, till)
    till.get_by_role("button", name="找会员").click()
    expect(till.locator("#found-members")).to_contain_text("没有网络，只能找最近来过的会员")
    till.locator("#people input[type=search]").fill("林知夏")
    till.locator("#found-members [data-choose-member]").first.click()
    expect(till.locator(".member-strip")).to_contain_text("林知夏")
    sell(till)
    type_fast(till, "88000000000099744109")
    expect(till.locator(".member-strip")).to_contain_text("扫了会员码的会员")
    sell(till)
    expect(chip(till)).to_have_text("2 笔待同步")
    context.set_offline(False)
    expect(till.locator("ck-queue")).to_be_hidden(timeout=PATIENCE)
    named, scanned = booked(shop)[before:]
    assert (named["member"], json.loads(named["flags"])) == (Program(shop).member_id, [])
    assert (scanned["member"], json.loads(scanned["flags"])) == (None, ["code_refused"])


def test_what_cannot_be_booked_stays_in_sight_until_it_can_or_is_removed(
    shop: Shop, phone: OpenDevice, sheet: ContactSheet
) -> None:
    before = len(booked(shop))
    context = phone()
    context.add_init_script(NO_SYNC)
    till = ready_till(shop, context)
    cut(context, till)
    sell(till)
    sell(till)
    refusal = {
        "type": "about:blank",
        "status": 422,
        "code": "invalid",
        "title": "请检查",
        "errors": {"lines.0.product": ["没有这个商品"]},
    }
    context.route(
        SALES,
        lambda route: route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(refusal)),
    )
    context.set_offline(False)
    expect(chip(till)).to_have_text("2 笔要看一下", timeout=PATIENCE)
    till.locator("ck-queue button").click()
    kept = till.locator("#queue [data-list] li")
    expect(kept).to_contain_text(["记不进去：没有这个商品"] * 2)
    shoot(till, "offline-look", sheet)
    kept.last.locator("[data-drop]").click()
    shoot(till, "offline-remove", sheet)
    till.locator("#drop-sale [data-drop-yes]").click()
    expect(kept).to_have_count(1)
    context.unroute(SALES)
    till.locator("#queue [data-retry]").click()
    expect(till.locator("ck-queue")).to_be_hidden()
    assert len(booked(shop)) == before + 1


def test_a_sale_whose_answer_was_lost_waits_under_its_own_key_and_is_one(shop: Shop, phone: OpenDevice) -> None:
    """The request arrived, the network broke before the answer did."""
    context = phone()
    context.add_init_script(NO_SYNC)
    till = ready_till(shop, context)
    add(till, "提拉米苏", 3)
    pay(till)
    orders = _orders(shop)

    def cut_off(route: Any) -> None:
        route.fetch()
        context.set_offline(True)
        route.abort("internetdisconnected")

    context.route("**/api/v1/orders", cut_off)
    take(till, "cash")
    expect(done(till, "number")).to_have_text("待同步", timeout=PATIENCE)
    assert _orders(shop) == orders + 1
    till.locator("ck-done [data-stay]").click()
    context.unroute("**/api/v1/orders")
    context.set_offline(False)
    expect(till.locator("ck-queue")).to_be_hidden(timeout=PATIENCE)
    assert _orders(shop) == orders + 1


def _orders(shop: Shop) -> int:
    with closing(sqlite3.connect(f"file:{shop.data / 'changke.db'}?mode=ro", uri=True)) as books:
        return int(books.execute("SELECT count(*) FROM orders").fetchone()[0])


KEEP = """([from, to, members]) => Promise.all(Array.from({ length: to - from }, (_each, step) => {
  const counter = document.querySelector('ck-cart');
  const tile = counter.querySelector('[data-product]:not([data-options]):not([data-pricing])');
  const { product, name, price } = tile.dataset;
  const number = from + step + 1;
  const id = members[number % members.length];
  const line = { id: '1', product, name, price: Number(price), options: {}, choices: '', quantity: number, note: '' };
  const cart = { key: `soak-${from + step}-${crypto.randomUUID()}`, lines: [line], member: id && { id, name: id }, code: null };
  const fen = Number(price) * number;
  const amount = `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
  return counter.offline.keep(cart, [{ kind: 'cash', amount }]);
}))"""


def test_a_network_that_comes_and_goes_loses_and_doubles_nothing(
    shop: Shop, phone: OpenDevice, record_property: Callable[[str, object], None]
) -> None:
    """Sales are kept while the network flips; each is booked once, those of one member in their order."""
    started, chance, before = time.monotonic(), random.Random(SEED), len(booked(shop))
    context = phone()
    till = ready_till(shop, context)
    members = [
        "",
        *till.evaluate("document.querySelector('ck-cart').offline.kit.members.slice(0, 7).map(([id]) => id)"),
    ]
    broken = 0
    for flip in range(FLIPS):
        context.set_offline(flip % 2 == 0)
        first, last = SOLD * flip // FLIPS, SOLD * (flip + 1) // FLIPS
        till.evaluate(KEEP, [first, last, members])
        till.wait_for_timeout(chance.choice((0, 20, 60, 150, 300)))
        broken += flip % 2
    context.set_offline(False)
    expect(till.locator("ck-queue")).to_be_hidden(timeout=10 * PATIENCE)
    sales = booked(shop)[before:]
    assert sorted(sale["quantity"] for sale in sales) == list(range(1, SOLD + 1))
    assert len({sale["key"] for sale in sales}) == SOLD
    by_member = defaultdict(list)
    for sale in sales:
        by_member[sale["member"]].append(sale["quantity"])
    assert set(by_member) == {int(each) if each else None for each in members}
    assert all(sold == sorted(sold) for member, sold in by_member.items() if member)
    told = f"{SOLD} sales, {FLIPS} flips, seed {SEED}, {time.monotonic() - started:.0f} s"
    record_property("sales without network", told)


@pytest.mark.parametrize("words", [r"[一-鿿]"])
def test_the_english_till_says_it_in_english(shop: Shop, phone: OpenDevice, words: str) -> None:
    context = phone(locale="en-US")
    context.add_init_script(NO_SYNC)
    till = ready_till(shop, context)
    till.wait_for_function(KIT_IS_THERE)
    context.set_offline(True)
    expect(till.locator("ck-net")).to_be_visible()
    add(till, "海盐芝士卷")
    pay(till)
    expect(till.locator("ck-tender [data-local-note]")).to_be_visible()
    assert not re.search(words, till.locator("ck-tender [data-local-note]").inner_text())
    take(till, "cash")
    assert not re.search(words, chip(till).inner_text())
