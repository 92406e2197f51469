"""An old till's list of members as shops have it: every mess in some rows of it, the same each time for a number of rows."""

import io
import random
from collections.abc import Iterator
from datetime import date
from typing import Any

from openpyxl import Workbook

HEAD = ["会员手机", "姓名", "性别", "出生日期", "余额", "赠送", "积分", "备注"]
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_FAMILY, _GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "小雨芳梅英丽静敏伟强磊洋艳勇军杰娟涛明超"
TWICE, SHORT = 50, 200  # every so many rows a phone that stood above, and one that lacks digits


def rows(count: int, seed: int = 5) -> Iterator[list[Any]]:
    """Phones in five styles (some twice, some too short), birthdays in five and as numbers of 1900, money with signs."""
    dice = random.Random(seed)
    for n in range(count):
        number = f"138{n - 3 if n % TWICE == 7 else n:08d}"
        number = number[:9] if n % SHORT == 11 else number
        styles: list[Any] = [
            number,
            f"+86 {number}",
            f"{number[:3]} {number[3:7]} {number[7:]}",
            number.translate(_WIDE),
            int(number),
        ]
        name = dice.choice(_FAMILY) + dice.choice(_GIVEN) + dice.choice(_GIVEN)
        yield [
            styles[n % 5], name, "女" if n % 2 else "男", _birthday(n, date(1970 + n % 40, 1 + n % 12, 13 + n % 15)),
            f"¥{n % 3000}.50" if n % 2 else None, 10 if n % 4 == 1 else None, n % 777 if n % 3 == 0 else None,
            "少糖" if n % 10 == 0 else None,
        ]  # fmt: skip


def _birthday(n: int, day: date) -> Any:
    return [
        day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day:%y.%m.%d}", f"{day:%m/%d/%Y}", "农历四月初八",
        (day - date(1899, 12, 30)).days,
    ][n % 6]  # fmt: skip


def workbook(count: int) -> bytes:
    """As xlsx: a title merged over the columns, an empty row, the header in the third."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("会员")
    sheet.merged_cells.ranges.add("A1:H1")
    for row in (["小满甜品会员表"], [], HEAD, *rows(count)):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def gbk(count: int) -> bytes:
    """As CSV of Chinese Windows."""
    lines = [HEAD, *rows(count)]
    return "\r\n".join(",".join("" if cell is None else str(cell) for cell in line) for line in lines).encode("gbk")
