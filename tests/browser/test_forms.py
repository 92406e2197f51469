"""An owner adds a field, puts it on a form and prints the poster; a new customer fills it in on a phone; staff see it at the counter, and
it finds people for a segment. In both languages, by what the screens say."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import Program, sign_in_staff
from tests.kit.accessibility import axe
from tests.kit.contact_sheet import ContactSheet
from tests.kit.shop import Shop

A5 = (420, 595)  # points: 148 × 210 mm


@dataclass(frozen=True)
class Words:
    """What the screens say in one language, and whom this journey is about."""

    locale: str
    key: str
    phone: str
    field: str
    choices: tuple[str, str]
    title: str
    add: str
    publish: str
    make: str
    next: str
    send: str
    thanks: str
    sentence: str


ZH = Words(
    "zh-CN", "sweetness_zh", "13512340001", "甜度偏好", ("三分甜", "全糖"), "认识一下", "加一题", "发布", "做链接和二维码", "下一页",
    "提交", "收到了，谢谢您", "甜度偏好是三分甜",
)  # fmt: skip
EN = Words(
    "en", "sweetness_en", "13512340002", "How sweet", ("A little", "Very"), "Nice to meet you", "Add a question", "Publish",
    "Make a link and QR code", "Next", "Send", "Got it, thank you", "How sweet is A little",
)  # fmt: skip


def add_field(page: Page, shop: Shop, words: Words) -> None:
    """A choice of two, that the counter shows."""
    page.goto(f"{shop.origin}/staff/settings/fields/new?subject=member")
    told = {"label_zh": words.field, "label_en": words.field, "key": words.key}
    for place, each in enumerate(words.choices):
        told |= {f"choices-{place}-zh": each, f"choices-{place}-en": each}
    for name, text in told.items():
        put(page, f"[name={name}]", "value", text)
    put(page, "[name=kind][value=choice]", "checked", True)
    put(page, "[name=shown_counter]", "checked", True)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/settings/fields\?"))


def put(page: Page, field: str, what: str, value: object) -> None:
    """Fill a field in without a word to the example beside it, which on a slow machine would be asked for faster than it answers."""
    page.locator(field).evaluate("(field, [what, value]) => (field[what] = value)", [what, value])


def build(page: Page, shop: Shop, words: Words) -> None:
    """A form of two pages: the phone, then the field; published."""
    page.goto(f"{shop.origin}/staff/forms/new")
    page.fill("[name=title_zh]", words.title)
    page.fill("[name=title_en]", words.title)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/staff/forms/\d+$"))
    add_question(page, words, "kind=phone")
    page.locator("form[action$='/pages'] button").click()
    add_question(page, words, f"field={words.key}")
    page.get_by_role("button", name=words.publish).click()
    expect(page.locator("form[action$='/close']")).to_be_attached()


def add_question(page: Page, words: Words, which: str) -> None:
    """At the end of the last page."""
    page.get_by_role("link", name=words.add).last.click()
    page.locator(f"a[href*='{which}']").click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/staff/forms/\d+$"))


def print_poster(page: Page, words: Words) -> str:
    """One sheet of A5 with a QR; the address on it."""
    page.locator("a[href$='/links']").first.click()
    page.fill("[name=label]", "门口")
    page.get_by_role("button", name=words.make).click()
    page.wait_for_url(re.compile(r"/links/\d+$"))
    page.locator("a[href$='/poster']").click()
    expect(page.locator("article svg[viewBox]")).to_be_visible()
    expect(page.locator("article")).to_contain_text(words.title)
    sheet = page.pdf(prefer_css_page_size=True)
    sizes = [
        tuple(round(float(each)) for each in found)
        for found in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet)
    ]
    assert sizes == [A5]
    return page.locator("article footer .num").inner_text()


def fill_in(page: Page, address: str, words: Words) -> None:
    """On a phone: the page where the phone is asked, then the other; nothing typed is lost on the way."""
    page.goto(address)
    page.fill("[name=phone]", words.phone)
    page.reload()
    expect(page.locator("[name=phone]")).to_have_value(words.phone)
    page.check("[name=consent]")
    assert axe(page) == []
    page.get_by_role("button", name=words.next).click()
    page.locator("label.chip", has_text=words.choices[0]).click()
    page.wait_for_timeout(2_100)  # nobody is faster
    page.get_by_role("button", name=words.send).click()
    expect(page.locator("main")).to_contain_text(words.thanks)


def find(program: Program, words: Words) -> dict[str, Any]:
    """The new member."""
    found: dict[str, Any] = program.api("GET", f"/members?phone=%2B86{words.phone}")["items"][0]
    return found


def tell_apart(page: Page, shop: Shop, words: Words) -> None:
    """The condition that the field has become finds the one who answered so. (How it is chosen: test_segments.py.)"""
    field = next(each for each in Program(shop).api("GET", "/fields?limit=200")["items"] if each["key"] == words.key)
    condition = {"kind": f"field.{words.key}", "one_of": [field["choices"][0]["key"]]}
    saved = Program(shop).api("POST", "/segments", {"name": words.key, "conditions": {"all": [condition]}})
    page.goto(f"{shop.origin}/staff/segments/{saved['id']}")
    expect(page.locator("#preview .note")).to_contain_text(words.sentence)
    expect(page.locator("#tally b")).to_have_text("1")


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_a_field_goes_from_the_owner_by_a_poster_to_a_customer_the_counter_and_a_segment(
    shop: Shop, desk: OpenDevice, phone: OpenDevice, sheet: ContactSheet, words: Words
) -> None:
    page, guest = desk(locale=words.locale).new_page(), phone(locale=words.locale).new_page()
    sign_in_staff(shop, page, "owner")
    add_field(page, shop, words)
    build(page, shop, words)
    sheet.shoot(page, "form-built", theme="light", language=words.locale[:2])
    fill_in(guest, print_poster(page, words), words)
    member = find(Program(shop), words)
    page.goto(f"{shop.origin}/staff/?member={member['id']}")
    expect(page.locator(".member-strip")).to_contain_text(f"{words.field} {words.choices[0]}")
    tell_apart(page, shop, words)
