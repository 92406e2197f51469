"""What a first visit costs on mobile data, and that no journey asks anybody but the shop for anything.

A first visit is a browser without any cache that is signed in. Counted is what crosses the wire, compressed, with headers, until
the network is idle: the page, its styles, scripts, icon sheets, manifest, and also the worker with everything it keeps for later
(its own script, the offline page, the app's first page once more). Pictures are not counted: the shop's icon, and products have as
many as the shop wants.

That no request leaves the origin is asserted here, and by the fixtures `phone` and `desk` for every journey of every browser test.
"""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import OpenDevice
from tests.browser.people import sign_in_member, sign_in_staff
from tests.kit.camera import Camera
from tests.kit.devtools import wait_for_worker
from tests.kit.shop import Shop
from tests.kit.traffic import Traffic

MOST = {"member": 90_000, "staff": 120_000}  # bytes (figures to reach, row 16)


def sign_in(shop: Shop, page: Page, app: str) -> None:
    if app == "staff":
        sign_in_staff(shop, page, "cashier")
    else:
        sign_in_member(shop, page)


def fresh(phone: OpenDevice, shop: Shop, app: str, profile: Path) -> BrowserContext:
    """A phone that was never here, with the cookies of one that signed in."""
    known = phone()
    sign_in(shop, known.new_page(), app)
    context = phone(profile=profile)
    context.add_cookies(known.cookies())  # type: ignore[arg-type]
    return context


@pytest.mark.parametrize("app", ["member", "staff"])
def test_a_first_visit_weighs_little(shop: Shop, phone: OpenDevice, tmp_path: Path, app: str) -> None:
    context = fresh(phone, shop, app, tmp_path / "fresh")
    traffic = Traffic(context)
    page = context.new_page()
    page.goto(f"{shop.origin}/{app}/", wait_until="networkidle")
    wait_for_worker(page, f"/{app}/")
    page.wait_for_load_state("networkidle")
    told = f"{app}: {weight(traffic)} bytes of {MOST[app]}, with the worker's\n{traffic.table()}"
    print(told)
    assert weight(traffic) <= MOST[app], told
    assert readers(traffic) == []
    assert traffic.outsiders(shop.origin) == []


def test_the_reader_of_codes_comes_when_scanning_begins_and_from_the_shop(
    shop: Shop, phone: OpenDevice, camera: Camera
) -> None:
    context = phone()
    traffic = Traffic(context)
    till = context.new_page()
    sign_in_staff(shop, till, "cashier")
    till.goto(f"{shop.origin}/staff/", wait_until="networkidle")
    assert readers(traffic) == []
    camera.show_nothing()
    with till.expect_response(lambda answer: is_reader(answer.url)) as came:
        till.locator("[data-open]").locator("visible=true").first.click()
    assert came.value.headers["content-encoding"] == "br"
    assert all(url.startswith(f"{shop.origin}/static/dist/") for url in readers(traffic))
    assert traffic.outsiders(shop.origin) == []


def weight(traffic: Traffic) -> int:
    """Bytes altogether; of the pictures only the icon sheets, which are part of the app."""
    return sum(each.size for each in traffic.transfers() if each.kind != "image" or "/static/dist/" in each.url)


def readers(traffic: Traffic) -> list[str]:
    """What was asked for of the reader of codes."""
    return [url for url in traffic.urls() if is_reader(url)]


def is_reader(url: str) -> bool:
    return urlsplit(url).path.endswith(".wasm")
