"""One cell as people typed it, as the value that we keep. Every mistake is a ValueError whose words can be shown beside the cell."""

import re
import unicodedata
from datetime import date, timedelta
from typing import Literal

from services.members.rules import birthdays
from services.members.rules.birthdays import Birthday
from services.shared import money, phones
from services.shared.tables import Cell
from services.shared.words import N_

Order = Literal["ask", "month_first", "day_first"]

_NOTHING = frozenset({"", "-", "--", "—", "——", "/", "无", "空", "n/a", "N/A", "null", "NULL", "None", "#N/A"})
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_EPOCH = date(1899, 12, 30)  # Excel counts a 29 February 1900 that never was: right from 1 March 1900 on
_LEAST_SERIAL, _MOST_SERIAL = 2_200, 73_050  # 8 January 1906 (below, it is rather a year), 31 December 2099
_GENDERS = {
    **dict.fromkeys(("女", "女士", "女性", "小姐", "f", "female", "woman"), "female"),
    **dict.fromkeys(("男", "先生", "男士", "男性", "m", "male", "man"), "male"),
    **dict.fromkeys(("未知", "不详", "保密", "unknown", "u"), "unknown"),
}
_SEXES = {"female": "girl", "male": "boy", "unknown": "unknown"}
_CHILD_SEXES = {"女孩": "female", "女宝": "female", "女儿": "female", "男孩": "male", "男宝": "male", "儿子": "male",
                "girl": "female", "boy": "male"}  # fmt: skip
_TICKS = {**dict.fromkeys("√✓✔有对", "1"), **dict.fromkeys(("×", "✗", "没有", "不"), "0")}

NO_PHONE = N_("这不是手机号")
NO_DAY = N_("看不懂这个日期")
NO_SUCH_DAY = N_("没有这一天")
WHICH_ORDER = N_("月和日分不清，请在上一步选「月在前」还是「日在前」")
NO_MONEY = N_("这不是金额")
NEGATIVE = N_("不能是负数")
NO_WHOLE = N_("这不是整数")
NO_GENDER = N_("性别只认男、女")


def plain(cell: Cell) -> str:
    """The words of a cell: full-width forms made narrow, outer blanks and invisible signs gone."""
    words = _INVISIBLE.sub("", unicodedata.normalize("NFKC", "" if cell is None else str(cell))).strip()
    return "" if words in _NOTHING else re.sub(r"\s+", " ", words)


def read_phone(cell: Cell) -> str:
    """E.164, whatever stands around the digits. ValueError otherwise."""
    words = plain(cell).removeprefix("'").removeprefix("tel:")
    words = words[:-2] if re.fullmatch(r"\d{11,}\.0", words) else words
    if re.fullmatch(r"86\s?1[3-9][\d\s-]{9,12}", words):
        words = "+" + words
    try:
        return phones.read_phone(words)
    except ValueError:
        raise ValueError(NO_PHONE) from None


def read_money(cell: Cell) -> int:
    """Fen; `¥`, `元` and thousands forgiven. ValueError for less than nothing."""
    try:
        fen = money.parse(re.sub(r"(?i)元|rmb|cny|\s", "", plain(cell)))
    except ValueError:
        raise ValueError(NO_MONEY) from None
    if fen < 0:
        raise ValueError(NEGATIVE)
    return fen


def read_whole(cell: Cell) -> int:
    """A count: `1,200`, `1200分`, `1200.00`. ValueError for parts of one and for less than none."""
    words = re.sub(r"[,\s分点]", "", plain(cell))
    if re.fullmatch(r"-\d+(\.0+)?", words):
        raise ValueError(NEGATIVE)
    if not re.fullmatch(r"\d{1,9}(\.0+)?", words):
        raise ValueError(NO_WHOLE)
    return int(words.split(".")[0])


def read_gender(cell: Cell) -> str:
    """female, male or unknown."""
    found = _GENDERS.get(plain(cell).lower())
    if found is None:
        raise ValueError(NO_GENDER)
    return found


def read_sex(cell: Cell) -> str:
    """girl, boy or unknown."""
    words = plain(cell).lower()
    return _SEXES[_CHILD_SEXES.get(words) or read_gender(words)]


def read_tick(cell: Cell) -> str:
    """1 or 0 of how people tick a cell; any other word as it stands."""
    words = plain(cell)
    return _TICKS.get(words, words)


def read_birthday(cell: Cell, *, today: date, order: Order = "ask") -> Birthday:
    """A day in its calendar, with or without a year. `today` tells which century `93` is in; `order` what 05/06/1993 means.

    ValueError with WHICH_ORDER where both readings are days, NO_DAY or NO_SUCH_DAY.
    """
    found = _of_value(cell) or _of_words(plain(cell), today, order)
    if birthdays.mistakes(found):
        raise ValueError(NO_SUCH_DAY)
    return found


def read_day(cell: Cell, *, today: date, order: Order = "ask") -> date:
    """A whole solar day. ValueError as `read_birthday`, also without a year or in the lunar calendar."""
    found = read_birthday(cell, today=today, order=order)
    if found.year is None or found.calendar != "solar":
        raise ValueError(NO_DAY)
    return date(found.year, found.month, found.day)


def _of_value(cell: Cell) -> Birthday | None:
    """The day of a cell that counts days as spreadsheets do. 1993 is a year without its day, 5.2 may have been 5.20: no days."""
    words = plain(cell)
    if not re.fullmatch(r"\d{1,5}(\.\d+)?", words) or re.fullmatch(r"\d{1,2}\.\d{2}", words):
        return None
    serial = int(words.split(".")[0])
    if not _LEAST_SERIAL <= serial <= _MOST_SERIAL:
        raise ValueError(NO_DAY)
    day = _EPOCH + timedelta(days=serial)
    return Birthday("solar", day.month, day.day, day.year)


_DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_LUNAR = re.compile(r"农历|阴历|旧历|\(农\)|\(阴\)|lunar", re.IGNORECASE)
_SOLAR = re.compile(r"公历|阳历|新历|\(阳\)|\(公\)|solar", re.IGNORECASE)
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_CHINESE = re.compile(r"(?:(?P<year>[\d〇零一二三四五六七八九]{2,4})年)?(?P<leap>闰)?(?P<month>[\d正一二三四五六七八九十冬腊]{1,3})月"
                      r"(?P<day>初?[\d一二三四五六七八九十廿卅]{1,4})[日号]?")  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})[-/.\s](\d{1,2})[-/.\s](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.\s](\d{1,2})[-/.\s](\d{4})")
_SHORT = re.compile(r"(\d{2})[-/.](\d{1,2})[-/.](\d{1,2})")
_NO_YEAR = re.compile(r"(\d{1,2})[-/.](\d{1,2})")
_RUN = re.compile(r"(\d{4}|\d{2})(\d{2})(\d{2})")


def _of_words(words: str, today: date, order: Order) -> Birthday:
    calendar = "lunar" if _LUNAR.search(words) else "solar"
    bare = _TIME.sub("", _SOLAR.sub("", _LUNAR.sub("", words)).strip()).strip()
    if told := _CHINESE.fullmatch(bare.replace(" ", "")):
        if re.search("[初廿卅正冬腊闰]", bare):
            calendar = "lunar"
        year = _year(_number(told["year"], each=True), today) if told["year"] else None
        return Birthday(calendar, _number(told["month"]), _number(told["day"]), year, bool(told["leap"]))
    if told := _YEAR_FIRST.fullmatch(bare):
        return _parts(calendar, *told.groups())
    if told := _YEAR_LAST.fullmatch(bare):
        month, day = _in_order(int(told[1]), int(told[2]), order)
        return Birthday(calendar, month, day, int(told[3]))
    if told := _SHORT.fullmatch(bare) or _RUN.fullmatch(bare):
        return Birthday(calendar, int(told[2]), int(told[3]), _year(int(told[1]), today))
    if told := _NO_YEAR.fullmatch(bare):
        return Birthday(calendar, int(told[1]), int(told[2]))
    raise ValueError(NO_DAY)


def _parts(calendar: str, year: str, month: str, day: str) -> Birthday:
    return Birthday(calendar, int(month), int(day), int(year))


def _in_order(first: int, second: int, order: Order) -> tuple[int, int]:
    """Month and day of two numbers before a year; the one beyond twelve is the day."""
    if first > 12 >= second or order == "day_first":
        return second, first
    if second > 12 or first == second or order == "month_first":
        return first, second
    raise ValueError(WHICH_ORDER)


def _year(told: int, today: date) -> int:
    """Of two digits the last year that is not to come."""
    if told >= 100:
        return told
    century = today.year // 100 * 100
    return century + told if century + told <= today.year else century - 100 + told


def _number(words: str, *, each: bool = False) -> int:
    """Of Arabic or Chinese digits: 初八, 廿三, 三十, 正, 腊; `each`: one after another, as years are read."""
    if words.removeprefix("初").isascii():
        return int(words.removeprefix("初"))
    if each:
        return int("".join(str(_DIGITS.get(sign, sign)) for sign in words))
    words = words.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    words = {"正": "一", "冬": "十一", "腊": "十二"}.get(words, words)
    tens, ten, ones = words.rpartition("十")
    try:
        return (_DIGITS[tens] if tens else 1) * 10 * bool(ten) + (_DIGITS[ones] if ones else 0)
    except KeyError:
        raise ValueError(NO_DAY) from None
