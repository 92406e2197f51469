"""我们保存什么: the page that says what is held, and by whom it is seen."""

from services.privacy.queries import PARTS, list_columns
from services.wiring import PERMISSIONS
from tests.cast import Cast
from webapp.web.own_data import COLUMNS


def test_what_is_declared_is_what_is_held() -> None:
    declared = [table for part in PARTS for table in part.tables]
    held = list_columns()
    assert sorted(declared) == sorted(held)
    assert {column for columns in held.values() for column in columns} <= COLUMNS.keys()
    assert {part.permission for part in PARTS} - {None} <= PERMISSIONS


def test_anybody_reads_it_before_joining_and_members_find_it(shop: Cast) -> None:
    text = shop.browser().get("/privacy").text
    for words in (
        "孩子的资料",
        "家里的孩子",
        "出生日期",
        "预产期",
        "手机号",
        "老板、店长、收银员",
        "只有您自己",
        "会计法律",
    ):
        assert words in text
    assert "微信号" in text


def test_who_sees_it_follows_the_roles(shop: Cast) -> None:
    before = shop.browser().get("/privacy").text
    assert "后厨" in before  # the kitchen sees orders
    shop.browser_that_may("products:read")
    assert "后厨" not in shop.browser().get("/privacy").text
