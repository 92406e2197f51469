"""The regulars of the demo shop. All of them are invented, and so are their phone numbers."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.members.rules.birthdays import NO_BIRTHDAY, Birthday

SEED = 20261121
NAMES = (
    "林知夏", "许安宁", "周子墨", "陈予安", "王若溪", "李沐阳", "张清欢", "刘言蹊", "杨晚晴", "赵星河", "黄思远", "吴念真",
    "徐归雁", "孙嘉禾", "马小荷", "朱明远", "胡一诺", "郭景行", "何月白", "高见秋", "罗南乔", "梁书意", "宋微凉", "郑小鱼",
    "谢时雨", "韩采薇", "唐知许", "冯半夏", "于心远", "董家和", "萧若水", "程青山", "曹以沫", "袁小棠", "邓明月", "傅云深",
    "沈听澜", "曾乐之", "彭小满", "吕思齐", "苏木兰", "卢照邻", "蒋予怀", "蔡文静", "贾宜宁", "丁香凝", "魏子衿", "薛念安",
    "叶知秋", "阎如玉", "余生欢", "潘小园", "杜若飞", "戴星野", "夏初七", "钟灵秀", "汪洋", "田甜", "任平生", "姜小白",
)  # fmt: skip
NOTES = {
    "林知夏": "喜欢靠窗的位子，少糖",
    "许安宁": "花生过敏，做之前问一句",
    "陈予安": "每周五来取北海道吐司",
    "何月白": "在吃药，咖啡酒的不要推荐",
}
SOURCES = ("walk_in", "walk_in", "walk_in", "friend", "online", "campaign")


@dataclass(frozen=True)
class Guest:
    """One regular: what the card says, the store's code, when they joined, and how often they come."""

    card: dict[str, Any]
    store_code: str
    joined_at: datetime
    weight: int


def phone_of(place: int) -> str:
    """The phone number of the guest at `place` in NAMES, E.164."""
    return f"+861990000{place + 1:04d}"


def make_guests(now: datetime) -> Iterator[Guest]:
    """The regulars, the same ones every time; some come more often than others."""
    dice = random.Random(SEED)  # noqa: S311 (invented people, nothing secret)
    for place, name in enumerate(NAMES):
        days = 330 - place * 5 + dice.randrange(5)
        card = {
            "name": name,
            "phone": phone_of(place),
            "gender": dice.choice(("female", "female", "female", "male", "unknown")),
            "source": dice.choice(SOURCES),
            "note": NOTES.get(name, ""),
            "consent": True,
            "marketing": place % 3 != 2,
            **_birthday(dice),
        }
        joined_at = now - timedelta(days=days, minutes=dice.randrange(600))
        weight = 12 if place == 0 else dice.choice((1, 2, 3, 4, 6, 9))
        yield Guest(card, dice.choice(("A1", "A1", "A2")) if place else "A1", joined_at, weight)


def _birthday(dice: random.Random) -> dict[str, Any]:
    """Most told a birthday, some by the lunar calendar, some without the year."""
    calendar = dice.choice(("solar", "solar", "solar", "lunar", None))
    if calendar is None:
        return NO_BIRTHDAY
    year = dice.choice((None, dice.randrange(1970, 2005)))
    return Birthday(
        calendar=calendar, month=dice.randrange(1, 13), day=dice.randrange(1, 29), year=year, leap=False
    ).columns()
