"""An owner chooses conditions on a phone, sees at once whom they find, and saves them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import sign_in_staff
from tests.kit.contact_sheet import ContactSheet
from tests.kit.shop import Shop


def counted(page: Page) -> int:
    """The count in the bar, once it stands still."""
    return int(page.locator("#tally b").inner_text().replace(",", ""))


def test_conditions_are_chosen_tried_nested_and_saved(shop: Shop, phone: OpenDevice, sheet: ContactSheet) -> None:
    page = phone().new_page()
    sign_in_staff(shop, page, "manager")
    page.goto(f"{shop.origin}/staff/segments/new")
    everybody = counted(page)
    page.select_option("[name='t.add']", "orders")
    page.fill("[name='t-0.at_least']", "1")
    expect(page.locator("#preview .note")).to_contain_text("累计买过至少 1 次")
    bought = counted(page)
    assert 0 < bought < everybody
    page.locator("label", has_text="排除").first.click()
    expect(page.locator("#preview .note")).to_contain_text("不是「累计买过至少 1 次」")
    expect(page.locator("#tally b")).to_have_text(str(everybody - bought))
    page.get_by_role("button", name="条件组").click()
    page.select_option("[name='t-1.add']", "weekday")
    page.locator("label", has_text="周六").click()
    expect(page.locator("#preview .note")).to_contain_text("最常在周六来")
    sheet.shoot(page, "segment-built", theme="light", language="zh")
    page.get_by_role("button", name="删掉这一组").click()
    expect(page.locator("[name='t-1.word']")).to_have_count(0)
    page.fill("[name=name]", "还没买过的")
    page.get_by_role("button", name="存为客群").click()
    page.wait_for_url(re.compile(r"/staff/segments/\d+$"))
    expect(page.locator("[name='t-0.at_least']")).to_have_value("1")
    assert counted(page) == everybody - bought
