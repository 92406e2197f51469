"""Every shot is on a contact sheet and in the index."""

from pathlib import Path

import pytest
from PIL import Image

from tests.kit.chromium import Chromium
from tests.kit.contact_sheet import ContactSheet


@pytest.mark.browser
def test_each_variant_gets_its_sheet(browser: Chromium, site: str, tmp_path: Path) -> None:
    sheet = ContactSheet(tmp_path)
    with browser.phone() as phone, browser.desk(theme="dark") as desk:
        on_phone, on_desk = phone.new_page(), desk.new_page()
        on_phone.goto(site)
        on_desk.goto(site)
        sheet.shoot(on_phone, "会员-首页", theme="light", language="zh-CN", full=True)
        sheet.shoot(on_desk, "会员-首页", theme="dark", language="zh-CN")
    index, *sheets = sheet.write_index()
    assert [each.name for each in sheets] == ["sheet.360.light.zh-CN.1.jpeg", "sheet.1280.dark.zh-CN.1.jpeg"]
    with Image.open(sheets[0]) as drawn:
        assert drawn.width == 16 + 6 * (300 + 16)
    assert index.read_text().count("会员-首页.") == 4


def test_thirteen_screens_need_two_sheets(tmp_path: Path) -> None:
    sheet = ContactSheet(tmp_path)
    for number in range(13):
        Image.new("RGB", (720, 1480), "white").save(tmp_path / "shots" / f"screen-{number:02}.360.light.en.jpeg")
    _, *sheets = sheet.write_index()
    assert len(sheets) == 2
