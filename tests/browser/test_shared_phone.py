"""A phone of the shop, 360 px wide, by what people see: enrolled, switched by PIN, locked when nobody touches it.

A refund asks who is there; what somebody typed is lost neither by that nor by the lock.
"""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import Program, sign_in_staff
from tests.kit.contact_sheet import ContactSheet
from tests.kit.shop import Shop

PINS = {"manager": "729438", "cashier": "830561"}


def person(shop: Shop, role: str) -> dict[str, Any]:
    return next(each for each in shop.accounts["staff"] if each["role"] == role)


def more(page: Page, shop: Shop, name: str) -> None:
    page.goto(f"{shop.origin}/staff/more")
    page.get_by_role("link", name=re.compile(f"^{name}")).first.click()


def choose_pin(page: Page, shop: Shop, role: str) -> None:
    """Come in with the password on a phone of one's own, and choose a PIN."""
    sign_in_staff(shop, page, role)
    more(page, shop, "我的账号")
    page.get_by_role("link", name="PIN").click()
    page.get_by_label("新 PIN").fill(PINS[role])
    page.get_by_label("再输一次").fill(PINS[role])
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("PIN 设好了")).to_be_visible()


def enrol(manager: Page, shared: Page, shop: Shop, sheet: ContactSheet) -> None:
    """The manager, who is in, shows the code; it is typed on the shop's phone."""
    more(manager, shop, "店里的手机")
    manager.get_by_label("叫什么").fill("前台手机")
    manager.get_by_role("button", name="出示登记码").click()
    digits = manager.locator("[data-code]").inner_text()
    sheet.shoot(manager, "shared-phone-code", theme="light", language="zh")

    shared.goto(f"{shop.origin}/staff/sign-in")
    shared.get_by_role("link", name="登记这台设备").click()
    shared.get_by_label("登记码").fill(digits)
    shared.get_by_role("button", name="登记", exact=True).click()
    expect(shared.get_by_role("navigation", name="谁在用")).to_be_visible()
    sheet.shoot(shared, "shared-phone-faces", theme="light", language="zh")


def come(page: Page, shop: Shop, role: str) -> None:
    page.get_by_role("navigation", name="谁在用").get_by_text(person(shop, role)["name"]).click()
    page.get_by_label("PIN", exact=True).fill(PINS[role])
    page.get_by_role("button", name="解锁").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_a_shared_phone_is_enrolled_switched_by_pin_and_asks_before_a_refund(
    shop: Shop, phone: OpenDevice, sheet: ContactSheet
) -> None:
    order = Program(shop).sell()
    manager, cashier, shared = phone().new_page(), phone().new_page(), phone().new_page()
    choose_pin(cashier, shop, "cashier")
    choose_pin(manager, shop, "manager")

    enrol(manager, shared, shop, sheet)
    come(shared, shop, "cashier")
    shared.goto(f"{shop.origin}/staff/more")
    expect(shared.locator("main").get_by_text(person(shop, "cashier")["name"])).to_be_visible()
    shared.get_by_role("button", name="锁定").click()
    come(shared, shop, "manager")

    shared.goto(f"{shop.origin}/staff/orders/{order['id']}/refund")
    shared.get_by_text("按金额").click()
    shared.get_by_label("退多少").fill("1.50")
    shared.get_by_text("有破损").click()
    shared.get_by_label("补充说明").fill("盒子压坏了")
    shared.get_by_role("button", name=re.compile("^退款 ¥")).click()
    asked = shared.get_by_role("dialog", name="请确认是您本人")
    expect(asked).to_be_visible()
    sheet.shoot(shared, "shared-phone-step-up", theme="light", language="zh")
    asked.get_by_label("登录密码").fill("not-this-one")
    asked.get_by_role("button", name="确认", exact=True).click()
    expect(asked.get_by_text("现在的密码不对")).to_be_visible()
    asked.get_by_label("登录密码").fill(person(shop, "manager")["password"])
    asked.get_by_role("button", name="确认", exact=True).click()
    shared.wait_for_url(re.compile(r"/refunds/\d+$"))
    expect(shared.locator("main")).to_contain_text("1.50")
    expect(shared.locator("main")).to_contain_text("盒子压坏了")


def test_left_alone_it_locks_also_without_network_and_the_same_person_goes_on_where_they_were(
    shop: Shop, phone: OpenDevice, sheet: ContactSheet
) -> None:
    manager, shared = phone().new_page(), phone().new_page()
    shared.clock.install()  # three minutes pass in the browser alone, at once
    choose_pin(manager, shop, "manager")
    enrol(manager, shared, shop, sheet)
    come(shared, shop, "manager")
    shared.goto(f"{shop.origin}/staff/members/new")
    name = shared.get_by_label("称呼")
    name.fill("小米的妈妈")
    cover = shared.get_by_role("dialog", name="已锁上")
    shared.clock.fast_forward("02:30")
    expect(cover).to_be_hidden()
    with shared.expect_response("**/staff/lock"):
        shared.clock.fast_forward("00:45")
    expect(cover).to_be_visible()
    sheet.shoot(shared, "shared-phone-locked", theme="light", language="zh")
    assert shared.context.request.get(f"{shop.origin}/staff/more", max_redirects=0).status in (302, 303)

    shared.keyboard.press("Escape")
    expect(cover).to_be_visible()
    cover.get_by_label("PIN").fill("5837")
    cover.get_by_role("button", name="解锁").click()
    expect(cover.get_by_text("PIN 不对")).to_be_visible()
    cover.get_by_label("PIN").fill(PINS["manager"])
    cover.get_by_role("button", name="解锁").click()
    expect(cover).to_be_hidden()
    expect(name).to_have_value("小米的妈妈")
    shared.get_by_label("手机号").fill("13700137021")
    shared.get_by_label("给顾客看过隐私说明").check()
    shared.get_by_role("button", name="开卡").click()
    shared.wait_for_url(re.compile(r"/staff/members/\d+"))
    expect(shared.locator("main")).to_contain_text("小米的妈妈")

    lost = cover.get_by_text("没有网络")
    shared.goto(f"{shop.origin}/staff/")
    expect(shared.locator("ck-cart")).to_be_visible()
    shared.context.set_offline(True)
    shared.clock.fast_forward("03:15")
    expect(cover).to_be_visible()
    expect(lost).to_be_visible()
    sheet.shoot(shared, "shared-phone-locked-offline", theme="light", language="zh")
    shared.reload()  # what the app kept of the counter is covered as well
    expect(cover).to_be_visible()
    cover.get_by_label("PIN").fill(PINS["manager"])
    cover.get_by_role("button", name="解锁").click()
    expect(cover).to_be_visible()
    shared.context.set_offline(False)
    expect(lost).to_be_hidden()
    cover.get_by_label("PIN").fill(PINS["manager"])
    cover.get_by_role("button", name="解锁").click()
    expect(cover).to_be_hidden()
