"""Every page of both apps, in both themes, both languages and both widths: usable for everyone, photographed for us.

The list comes from the route table, so a new page is in it by being routed, and fails here until it can be visited.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenDevice
from tests.browser.pages import Place, every_page
from tests.browser.people import sign_in_member, sign_in_staff
from tests.kit.accessibility import axe
from tests.kit.contact_sheet import ContactSheet, Theme
from tests.kit.shop import Shop

WIDTHS = {360: 740, 1280: 800}
THEMES: tuple[Theme, ...] = ("light", "dark")


@pytest.mark.timeout(900)
def test_every_page_is_usable_for_everyone(
    shop: Shop, phone: OpenDevice, sheet: ContactSheet, record_property: Callable[[str, object], None]
) -> None:
    found: list[str] = []
    visited: Counter[str] = Counter()
    downloads: set[str] = set()
    for language, locale in (("zh", "zh-CN"), ("en", "en-US")):
        devices, member_id = _devices(shop, phone, locale)
        for place in every_page(shop, member_id):
            page = devices[place.who]
            if language == "zh" and not _is_page(page, shop, place):
                downloads.add(place.endpoint)
            if place.endpoint in downloads:
                continue
            found += _look(page, shop, place, language, sheet)
            visited[place.endpoint] += len(THEMES)
    pages = len(visited)
    checks = pages * len(THEMES)
    record_property("axe", f"{pages} pages × {len(THEMES)} themes = {checks} checks, {len(found)} findings")
    assert found == []


def _devices(shop: Shop, phone: OpenDevice, locale: str) -> tuple[dict[str, Page], int]:
    staff, member, nobody = (phone(locale=locale).new_page() for _ in range(3))
    sign_in_staff(shop, staff, "owner")
    member_id = sign_in_member(shop, member)
    return {"staff": staff, "member": member, "nobody": nobody}, member_id


def _is_page(page: Page, shop: Shop, place: Place) -> bool:
    """Whether the address answers with a page to look at, or with something to download."""
    answer = page.request.get(shop.origin + place.path)
    assert answer.status < 400, f"{place.endpoint} {place.path} answered {answer.status}"
    return answer.headers.get("content-type", "").startswith("text/html")


def _look(page: Page, shop: Shop, place: Place, language: str, sheet: ContactSheet) -> list[str]:
    """axe at 360 px in both themes (the languages share their markup), shots at both widths; sideways scrolling is a finding too.

    For axe each theme is a visit of its own: a page that changes its colours while it is looked at is measured between the two.
    The window changes its size once, for each such change is waited for. English is shot light and narrow, dark and wide.
    """
    found = []
    _resize(page, 360)
    for theme in THEMES if language == "zh" else THEMES[:1]:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        answer = page.goto(shop.origin + place.path)
        if answer is None or not answer.ok:
            found.append(f"{place.endpoint} {language}: answered {answer.status if answer else 'nothing'}")
        if language == "zh":
            found += [f"{place.endpoint} {theme}: {line}" for line in axe(page, colours=theme == "dark")]
        sheet.shoot(page, place.name, theme=theme, language=language)
    if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{place.endpoint} {language}: scrolls sideways at 360")
    _resize(page, 1280)
    for theme in reversed(THEMES) if language == "zh" else THEMES[1:]:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        sheet.shoot(page, place.name, theme=theme, language=language)
    return found


def _resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
