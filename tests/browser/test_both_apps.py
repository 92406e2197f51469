"""Both apps at once: a member comes in by the code that staff show, is recognised by the camera, pays, and is told.

The journey goes through the screens alone: no token, no address that nobody comes to by tapping.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import sign_in_member, sign_in_staff
from tests.kit.accessibility import axe
from tests.kit.camera import Camera
from tests.kit.contact_sheet import ContactSheet, Theme
from tests.kit.shop import Shop

MEMBER = "林知夏"
SHOWN_CODE = re.compile(r"^88\d\d( \d{4}){4}$")
SIZES = {360: 740, 1280: 800}
THEMES: tuple[Theme, ...] = ("light", "dark")


def show_signin_code(till: Page, phone: str) -> str:
    """Staff find the member and show the way in; the six digits."""
    till.get_by_role("link", name="会员", exact=True).click()
    till.get_by_role("searchbox").fill(phone[-4:])
    till.locator("#members").get_by_text(MEMBER).click()
    till.get_by_role("link", name="登录码").click()
    till.get_by_role("button", name="出示登录码").click()
    return till.locator("[data-code]").inner_text().replace(" ", "")


def sign_in_by_hand(shop: Shop, member: Page, phone: str, digits: str) -> None:
    """The member opens the app, is asked who it is, and types what staff show."""
    member.goto(f"{shop.origin}/member/")
    member.get_by_label("手机号", exact=True).fill(phone)
    member.get_by_role("textbox", name="登录码", exact=True).fill(digits)
    member.get_by_role("button", name="登录", exact=True).click()
    member.wait_for_url(f"{shop.origin}/member/")


def live_code(member: Page) -> str:
    """The 20 digits that the member's phone shows at this moment."""
    shown = member.locator("ck-code-card [data-digits]")
    expect(shown).to_have_text(SHOWN_CODE)
    return shown.inner_text().replace(" ", "")


def scan(till: Page, code: str, camera: Camera) -> Locator:
    """Hold the code before the till's camera; who was recognised. A code lives for a minute: the next one is not waited for."""
    camera.show(code)
    till.locator("[data-open], .member-strip [data-scan]").locator("visible=true").first.click()
    strip = till.locator(".member-strip[data-member-id]")
    expect(strip).to_be_visible(timeout=15_000)
    expect(till.locator("ck-scanner dialog")).not_to_be_visible()
    camera.show_nothing()
    return strip


def points_of(member: Page) -> int:
    """The points on the member's home."""
    return int(member.locator("ck-code-card a[href='/member/points'] b").inner_text())


def unread_of(member: Page) -> int:
    """The number on the member's bell; no number is none."""
    return int(
        re.sub(r"\D", "", member.locator("header a[href='/member/inbox']").get_attribute("aria-label") or "") or 0
    )


def test_a_member_is_recognised_by_the_camera_pays_cash_and_is_told(
    shop: Shop, desk: OpenDevice, phone: OpenDevice, camera: Camera
) -> None:
    number = shop.accounts["member"]["phone"]
    till, member = desk().new_page(), phone().new_page()
    sign_in_staff(shop, till, "cashier")
    sign_in_by_hand(shop, member, number, show_signin_code(till, number))
    points, unread = points_of(member), unread_of(member)

    till.get_by_role("link", name="收银", exact=True).click()
    expect(scan(till, live_code(member), camera)).to_contain_text(MEMBER)
    till.locator('[data-product][data-name="提拉米苏"]').click()
    till.locator('[data-product][data-name="海盐芝士卷"]').click()
    expect(till.get_by_role("button", name=re.compile("已配好最省的一组"))).to_be_visible()
    till.locator("[data-pay]").click()
    amount = till.locator('ck-tender [data-slot="due"]').inner_text()
    change = 100_00 - int(amount.replace(".", ""))
    assert 40_00 < change < 100_00
    given_back = f"{change // 100}.{change % 100:02}"
    expect(till.locator('ck-tender [data-slot="who"]')).to_contain_text(MEMBER)
    till.locator('[data-kind="cash"]').click()
    till.get_by_role("button", name="¥100", exact=True).click()
    till.get_by_role("button", name=f"用现金收 ¥{amount}").click()

    done = till.locator("ck-done dialog[open]")
    expect(done.locator('[data-slot="paid"]')).to_have_text(amount)
    expect(done.locator('[data-slot="change"]')).to_have_text(given_back)
    earned = int(done.locator('[data-slot="earned"]').inner_text())
    assert earned > 0
    expect(done.locator('[data-slot="after"]')).to_have_text(f"{points} → {points + earned}")
    order = done.locator('[data-slot="number"]').inner_text()

    member.reload()
    assert points_of(member) == points + earned
    # The sale may carry the demo's member over a step of the ladder, depending on the day: that is a message too.
    told = unread_of(member)
    assert told > unread
    newest = member.locator("[aria-labelledby=latest] a.row").first
    expect(newest).to_contain_text("提拉米苏、海盐芝士卷")
    expect(newest).to_contain_text(amount)
    member.get_by_role("link", name=re.compile("^消息")).click()
    message = member.locator("#messages a.row", has_text=f"未读 消费 ¥{amount}").first
    message.click()
    member.get_by_role("button", name="看小票").click()
    member.wait_for_url(re.compile(r"/member/orders/\d+$"))
    receipt = member.locator("main")
    expect(receipt).to_contain_text(order)
    expect(receipt).to_contain_text(f"收 ¥100.00，找零 ¥{given_back}")
    expect(receipt).to_contain_text(f"{points} → {points + earned}")
    member.get_by_role("link", name="首页").click()
    expect(member.locator("ck-code-card")).to_be_visible()
    assert unread_of(member) == told - 1


class Walk:
    """Photographs a page where it stands, at both widths and in both themes, and asks axe about it."""

    def __init__(self, sheet: ContactSheet, language: str) -> None:
        self._sheet = sheet
        self._language = language
        self.findings: list[str] = []

    def shoot(self, page: Page, name: str) -> None:
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for width, height in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                self._sheet.shoot(page, name, theme=theme, language=self._language)
        page.set_viewport_size({"width": 360, "height": SIZES[360]})
        self.findings += [f"{name}: {line}" for line in axe(page)]


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_what_no_address_leads_to_is_photographed(
    shop: Shop, phone: OpenDevice, camera: Camera, sheet: ContactSheet, locale: str
) -> None:
    """The states between two pages: what staff hold out, the open camera, who was recognised, paying, done."""
    till, member, walk = phone(locale=locale).new_page(), phone(locale=locale).new_page(), Walk(sheet, locale[:2])
    sign_in_staff(shop, till, "cashier")
    member_id = sign_in_member(shop, member)
    till.goto(f"{shop.origin}/staff/members/{member_id}/sign-in-code")
    till.locator("main form [type=submit]").click()
    expect(till.locator("[data-code]")).to_be_visible()
    walk.shoot(till, "walk-1-signin-code")

    till.goto(f"{shop.origin}/staff/?scan=1")
    expect(till.locator("ck-scanner[data-camera]")).to_be_attached()
    walk.shoot(till, "walk-2-scanner")
    till.locator("ck-scanner [data-close]").click()
    scan(till, live_code(member), camera)
    for name in ("提拉米苏", "提拉米苏", "海盐芝士卷"):
        till.locator(f'[data-product][data-name="{name}"]').click()
    expect(till.locator("[data-offers]")).to_be_visible()  # the server's price has come
    walk.shoot(till, "walk-3-member-cart")
    till.locator("[data-pay]").click()
    till.locator('[data-kind="cash"]').click()
    till.locator("[data-quick-amount]").last.click()
    walk.shoot(till, "walk-4-tender")
    till.locator("[data-go]").click()
    expect(till.locator("ck-done dialog[open]")).to_be_visible()
    walk.shoot(till, "walk-5-done")
    assert walk.findings == []
