"""What an installed app has beyond its pages: a shortcut that opens the scanner at once, and new versions that wait for a tap."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenDevice
from tests.browser.people import sign_in_member, sign_in_staff
from tests.kit.camera import Camera
from tests.kit.contact_sheet import ContactSheet
from tests.kit.devtools import wait_for_worker
from tests.kit.shop import Shop
from tests.kit.waiting import wait_until

BUILD = 'fetch(\'/sw-bundle.js\').then((answer) => answer.text()).then((text) => /"build": "(\\w+)"/.exec(text)[1])'
KEPT_ONLY = (
    "build => caches.keys().then((names) => names.length > 0 && names.every((name) => name.endsWith(`-${build}`)))"
)


def test_the_staff_shortcut_opens_the_scanner(shop: Shop, phone: OpenDevice, camera: Camera) -> None:
    page = phone().new_page()
    sign_in_staff(shop, page, "cashier")
    manifest = page.request.get(f"{shop.origin}/staff/manifest.webmanifest").json()
    shortcut = next(each["url"] for each in manifest["shortcuts"] if each["name"] == "扫码")
    product = page.locator('[data-product]:not([data-options])[data-codes]:not([data-codes=""])').first
    name, codes = str(product.get_attribute("data-name")), str(product.get_attribute("data-codes"))
    camera.show(codes.split(" ", maxsplit=1)[0])
    page.goto(shop.origin + shortcut)
    expect(page.locator("ck-scanner dialog")).to_be_visible()
    expect(page.locator('[data-lines] [data-slot="name"]')).to_have_text(name)
    camera.show_nothing()


@contextmanager
def next_release(shop: Shop, folder: Path) -> Iterator[None]:
    """The same shop with a newer release installed: a package's version is what the first folder on the path says it is."""
    about = folder / "changke-99.0.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: changke\nVersion: 99.0\n")
    shop.start_web({"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])})
    try:
        shop.wait_until_healthy()
        yield
    finally:
        shop.start_web()
        shop.wait_until_healthy()


@pytest.mark.parametrize("app", ["staff", "member"])
def test_a_new_version_waits_for_a_tap(
    shop: Shop, phone: OpenDevice, sheet: ContactSheet, tmp_path: Path, app: str
) -> None:
    context = phone()
    page, other = context.new_page(), context.new_page()
    if app == "staff":
        sign_in_staff(shop, page, "cashier")
    else:
        sign_in_member(shop, page)
    for each in (page, other):
        each.goto(f"{shop.origin}/{app}/")
        wait_for_worker(each, f"/{app}/")
        each.reload()
    before = page.evaluate(BUILD)
    assert page.evaluate(KEPT_ONLY, before)
    expect(hint(page)).to_be_hidden()
    with next_release(shop, tmp_path):
        after = page.evaluate(BUILD)
        assert after != before
        page.reload()
        expect(hint(page)).to_be_visible(timeout=15_000)
        expect(hint(page)).to_contain_text("新版本已就绪")
        sheet.shoot(page, f"update-{app}", theme="light", language="zh")
        other.evaluate("window.marked = true")  # a reload would wipe it out
        with page.expect_event("load"):
            page.get_by_role("button", name="更新").click()
        wait_until(lambda: page.evaluate(KEPT_ONLY, after), what="the new version alone")
        expect(hint(page)).to_be_hidden()
        expect(hint(other)).to_be_visible()
        assert other.evaluate("window.marked"), "another tab must not reload by itself"


def hint(page: Page) -> Locator:
    return page.locator("ck-update")
