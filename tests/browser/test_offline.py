"""Without the shop's server: the member's code goes on, the till says what it can do, and both come back by themselves.

The server is really stopped: a worker that is told to be offline might still know a way around.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import Program, sign_in_member, sign_in_staff
from tests.kit.contact_sheet import ContactSheet, Theme
from tests.kit.devtools import wait_for_worker
from tests.kit.shop import Shop
from tests.kit.waiting import wait_until

MEMBER = "林知夏"
SHOWN_CODE = re.compile(r"^88\d\d( \d{4}){4}$")
KIT_IS_THERE = "() => Boolean(document.querySelector('ck-cart')?.offline?.kit)"
PATIENCE = 60_000  # ms: an app that lost the server asks after 5, 10, 20 … s, and every answer is as good as the first
SIZES = {360: 740, 1280: 800}
THEMES: tuple[Theme, ...] = ("light", "dark")
SCREENS = {
    "offline-staff-counter": "/staff/",
    "offline-staff-page": "/staff/products",
    "offline-member-code": "/member/",
    "offline-member-page": "/member/points",
}


@contextmanager
def closed(shop: Shop) -> Iterator[None]:
    """The server is away, and comes back at the end."""
    shop.web.stop()
    try:
        yield
    finally:
        shop.start_web()
        shop.wait_until_healthy()


def hint(page: Page) -> Locator:
    """What the app says about the network, at the top of every page."""
    return page.locator("ck-net")


def live_code(member: Page) -> str:
    shown = member.locator("ck-code-card [data-digits]")
    expect(shown).to_have_text(SHOWN_CODE)
    return shown.inner_text().replace(" ", "")


def wait_until_kept(page: Page, app: str) -> None:
    """Wait until this device can open the app's first page by itself."""
    wait_for_worker(page, f"/{app}/")
    kept = "path => caches.match(path).then(Boolean)"
    wait_until(lambda: page.evaluate(kept, f"/{app}/"), what=f"a copy of /{app}/ on the device")


def ready_till(shop: Shop, context: BrowserContext) -> Page:
    """A till that has been at the counter once, its worker ready, with all it needs for the time without network."""
    till = context.new_page()
    sign_in_staff(shop, till, "cashier")
    till.goto(f"{shop.origin}/staff/")
    wait_until_kept(till, "staff")
    till.wait_for_function(KIT_IS_THERE)
    return till


def ready_member(shop: Shop, context: BrowserContext) -> Page:
    """A phone that has shown its code once, its worker ready."""
    member = context.new_page()
    sign_in_member(shop, member)
    wait_until_kept(member, "member")
    live_code(member)
    return member


def test_a_code_made_without_network_is_accepted_afterwards(
    shop: Shop, phone: OpenDevice, desk: OpenDevice, tmp_path: Path
) -> None:
    till = ready_till(shop, desk())
    program = Program(shop)
    store = program.api("GET", "/stores")["items"][0]["id"]
    profile = tmp_path / "profile"
    known = phone(profile=profile)
    ready_member(shop, known)
    known.close()
    with closed(shop):
        later = phone(profile=profile)
        later.set_offline(True)
        member = later.new_page()
        member.goto(f"{shop.origin}/member/")
        expect(hint(member)).to_have_text(re.compile("没有网络"))
    # The shop is there again, the phone still has no network: a code is good for a minute, and a busy machine opens a shop slowly.
    first = live_code(member)
    found = program.api("POST", "/scans", {"code": first, "store": store})
    assert (found["kind"], found["member"], found["spendable"]) == ("member", str(program.member_id), True)
    member.get_by_role("button", name="刷新").click()
    expect(member.locator("ck-code-card [data-digits]")).not_to_have_text(_in_fours(first))
    second = live_code(member)
    till.get_by_role("button", name="扫一扫").click()
    till.locator("ck-scanner [name=code]").fill(second)
    till.locator("ck-scanner form[data-typed] [type=submit]").click()
    expect(till.locator(".member-strip[data-member-id]")).to_contain_text(MEMBER)
    later.set_offline(False)
    expect(hint(member)).to_be_hidden(timeout=PATIENCE)


def _in_fours(code: str) -> str:
    return " ".join(code[each : each + 4] for each in range(0, 20, 4))


def test_the_till_opens_without_network_says_so_and_comes_back(shop: Shop, phone: OpenDevice) -> None:
    context = phone()
    ready_till(shop, context).close()
    till, other = context.new_page(), context.new_page()
    with closed(shop):
        till.goto(f"{shop.origin}/staff/")
        expect(hint(till)).to_have_text(re.compile("没有网络。照样收款，先记在本机，连上后自己同步"))
        till.locator('[data-product][data-name="提拉米苏"]').click()
        expect(till.locator("[data-trouble]")).to_contain_text("没有网络，按原价收，记在本机")
        other.goto(f"{shop.origin}/staff/products")
        expect(hint(other)).to_contain_text("没有网络，连上后这一页会自己打开")
        expect(other.locator("main")).to_contain_text("收银台和最近看过的页面还能打开")
        shortcut = context.new_page()
        shortcut.goto(f"{shop.origin}/staff/?scan=1")
        expect(shortcut.locator("ck-scanner dialog")).to_be_visible()
        shortcut.close()
    expect(till.locator("[data-trouble]")).to_be_hidden(timeout=PATIENCE)
    expect(till.locator('[data-lines] [data-slot="name"]')).to_have_text("提拉米苏")
    expect(hint(till)).to_have_text(re.compile("连上了，看到的还是上次的内容"))
    expect(other.locator("h1")).to_have_text("商品", timeout=PATIENCE)
    expect(hint(other)).to_be_hidden()


def test_what_is_seen_without_network_is_photographed(shop: Shop, phone: OpenDevice, sheet: ContactSheet) -> None:
    devices = {language: phone(locale=locale) for language, locale in (("zh", "zh-CN"), ("en", "en-US"))}
    for context in devices.values():
        ready_till(shop, context).close()
        ready_member(shop, context).close()
    with closed(shop):
        for language, context in devices.items():
            page = context.new_page()
            for name, path in SCREENS.items():
                page.goto(shop.origin + path)
                expect(hint(page)).to_be_visible()
                if name == "offline-member-code":
                    live_code(page)
                shoot(page, name, sheet, language)


def shoot(page: Page, name: str, sheet: ContactSheet, language: str) -> None:
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            sheet.shoot(page, name, theme=theme, language=language)
