"""Both apps can be put on the home screen, and their pictures for the install dialog and the README are real.

`make pictures` keeps the pictures in the repository; otherwise they only go to the contact sheet's folder.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import sign_in_member, sign_in_staff
from tests.kit.contact_sheet import ContactSheet
from tests.kit.devtools import installability_errors, wait_for_worker
from tests.kit.shop import REPOSITORY, Shop

KEEP = os.environ.get("CHANGKE_KEEP_PICTURES") == "1"
MOST_BYTES = 90_000
SCREENS = {
    "staff": {"counter": "/staff/", "members": "/staff/members", "orders": "/staff/orders"},
    "member": {"home": "/member/", "orders": "/member/orders", "inbox": "/member/inbox"},
}


def sign_in(shop: Shop, page: Page, app: str) -> None:
    if app == "staff":
        sign_in_staff(shop, page, "owner")
    else:
        sign_in_member(shop, page)


@pytest.mark.parametrize("app", ["staff", "member"])
def test_the_app_can_be_installed(shop: Shop, phone: OpenDevice, tmp_path: Path, app: str) -> None:
    page = phone(profile=tmp_path / "profile").new_page()
    sign_in(shop, page, app)
    page.goto(f"{shop.origin}/{app}/")
    wait_for_worker(page, f"/{app}/")
    page.reload()
    assert installability_errors(page) == []


@pytest.mark.parametrize("app", ["staff", "member"])
def test_its_pictures_are_taken(shop: Shop, phone: OpenDevice, desk: OpenDevice, sheet: ContactSheet, app: str) -> None:
    for form, device in (("narrow", phone), ("wide", desk)):
        page = device().new_page()
        sign_in(shop, page, app)
        for name, path in SCREENS[app].items():
            page.goto(f"{shop.origin}{path}")
            page.wait_for_load_state("networkidle")
            work(page, name, wide=form == "wide")
            shot = page.screenshot(animations="disabled", caret="hide")
            put(REPOSITORY / f"docs/screens/{app}-{name}-{form}.png", as_png(shot), sheet)
            if path == f"/{app}/":
                put(REPOSITORY / f"webapp/static/screenshots/{app}-{form}.webp", as_webp(shot), sheet)


def test_on_a_wide_screen_a_row_opens_beside_the_list_and_another_link_changes_the_list(
    shop: Shop, desk: OpenDevice
) -> None:
    page = desk().new_page()
    sign_in_staff(shop, page, "owner")
    page.goto(f"{shop.origin}/staff/orders")
    day = page.locator(".split-list input[type=date]")
    today = day.input_value()
    page.get_by_role("link", name="前一天").click()
    expect(day).not_to_have_value(today)
    chosen = page.locator(".split-list a.row").last
    number = chosen.locator("b").first.inner_text()
    chosen.click()
    expect(page.locator(".split-detail h1")).to_have_text(number)
    expect(day).not_to_have_value(today)


def work(page: Page, name: str, *, wide: bool) -> None:
    """As it looks while people work: a member and some cakes at the counter; beside a list, its first row."""
    if name == "counter":
        page.locator("[data-choose-member]", has_text="林知夏").first.click()
        page.locator("[data-member-id] a").first.wait_for()
        for number in (0, 4, 4, 6):
            page.locator("[data-product]").nth(number).click()
        expect(page.locator("[data-offers]")).to_be_visible()  # the server's price has come
    elif wide and name != "home":
        rows, yesterday = page.locator(".split-list a.row"), page.get_by_role("link", name="前一天")
        expect(rows.or_(yesterday).first).to_be_visible()
        if not rows.count():  # nobody has bought anything yet today: it is early in the shop
            yesterday.click()
        rows.first.click()
        page.locator(".split-detail .panel").first.wait_for()
    page.wait_for_load_state("networkidle")


def put(path: Path, picture: bytes, sheet: ContactSheet) -> None:
    assert len(picture) <= MOST_BYTES, f"{path.name} has {len(picture)} bytes"
    path = path if KEEP else sheet.folder / "pictures" / path.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)


def as_png(shot: bytes) -> bytes:
    """For the README: as many colours as a palette holds, half the pixels of a phone's screen."""
    with Image.open(io.BytesIO(shot)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((1280, 740), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


def as_webp(shot: bytes) -> bytes:
    """For the install dialog: as taken."""
    with Image.open(io.BytesIO(shot)) as opened:
        out = io.BytesIO()
        opened.convert("RGB").save(out, "WEBP", quality=78, method=6)
    return out.getvalue()
