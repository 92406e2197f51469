"""Reading other people's spreadsheets (services/dataio/rules): tables of what people type, and laws that hold for anything."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dataio.rules import cells, columns
from services.members.rules.birthdays import Birthday
from services.shared.tables import Cell

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("typed", [
    "13800138000", "138 0013 8000", "138-0013-8000", "+86 13800138000", "86 13800138000", "8613800138000", "(+86)13800138000",
    "１３８００１３８０００", "＋８６１３８００１３８０００", "13800138000.0", "'13800138000",
    "\u200b13800138000\u202c", 13800138000,
])  # fmt: skip
def test_a_phone_is_read_however_it_was_typed(typed: Cell) -> None:
    """Full-width digits, country codes, blanks, invisible signs and numbers of a spreadsheet."""
    assert cells.read_phone(typed) == "+8613800138000"


@pytest.mark.parametrize("typed", ["1380013800", "没有", "", None, "138001380001", "123", "TRUE"])
def test_what_is_no_phone_says_so(typed: Cell) -> None:
    """One digit too few or too many, words, nothing."""
    with pytest.raises(ValueError, match=cells.NO_PHONE):
        cells.read_phone(typed)


@pytest.mark.parametrize("typed", [
    "1993-05-20", "1993/5/20", "1993.5.20", "1993 5 20", "1993年5月20日", "1993年05月20号", "一九九三年五月二十日", "93.5.20", "93-05-20",
    "19930520", "930520", "05/20/1993", "20/05/1993", "20.5.1993", "１９９３－５－２０", "1993-05-20 00:00:00", "公历1993年5月20日", 34109,
    "34109", "34109.5", 19930520, "1993-05-20 08:30:00",
])  # fmt: skip
def test_a_birthday_is_read_however_it_was_typed(typed: Cell) -> None:
    """Text in many styles, and the days that spreadsheets count."""
    assert cells.read_birthday(typed, today=TODAY) == Birthday("solar", 5, 20, 1993)


@pytest.mark.parametrize(("typed", "month", "day", "year", "leap"), [
    ("农历四月初八", 4, 8, None, False), ("四月初八", 4, 8, None, False), ("农历1993年四月初八", 4, 8, 1993, False),
    ("阴历4月8日", 4, 8, None, False),
    ("腊月廿三", 12, 23, None, False), ("正月十五", 1, 15, None, False), ("农历1993-4-8", 4, 8, 1993, False),
    ("闰四月初八", 4, 8, None, True),
    ("冬月三十", 11, 30, None, False), ("农历2020年闰四月初一", 4, 1, 2020, True),
])  # fmt: skip
def test_a_lunar_birthday_stays_lunar(typed: str, month: int, day: int, year: int | None, leap: bool) -> None:
    """With and without the word for it, a year, a leap month."""
    assert cells.read_birthday(typed, today=TODAY) == Birthday("lunar", month, day, year, leap)


@pytest.mark.parametrize(("typed", "told"), [
    ("5月20日", (5, 20, None)), ("5-20", (5, 20, None)), ("05.20.", None), ("26.11.1", (11, 1, 2026)), ("27.1.1", (1, 1, 1927)),
])  # fmt: skip
def test_a_year_may_be_kept_back_or_short(typed: str, told: tuple[int, int, int | None] | None) -> None:
    """Two digits are the last such year that is not to come."""
    if told is None:
        with pytest.raises(ValueError, match=cells.NO_DAY):
            cells.read_birthday(typed, today=TODAY)
    else:
        assert cells.read_birthday(typed, today=TODAY) == Birthday("solar", *told)


def test_month_and_day_that_could_be_swapped_are_asked_about() -> None:
    """05/06/1993 is a question until somebody answers it."""
    with pytest.raises(ValueError, match=cells.WHICH_ORDER):
        cells.read_birthday("05/06/1993", today=TODAY)
    assert cells.read_birthday("05/06/1993", today=TODAY, order="month_first").month == 5
    assert cells.read_birthday("05/06/1993", today=TODAY, order="day_first").month == 6


@pytest.mark.parametrize(
    "typed",
    ["1993-02-30", "1993-13-01", "五月", "0", 99999, "生日", "农历四月卅一", "1993", 1993, "十月十月", "5.2", 199],
)
def test_a_day_that_is_none_says_so(typed: Cell) -> None:
    """Days that do not exist, words, numbers beyond any calendar, a year alone, a day that lost its nought."""
    with pytest.raises(ValueError):
        cells.read_birthday(typed, today=TODAY)


@pytest.mark.parametrize(("typed", "fen"), [
    ("¥1,128.50", 112850), ("￥１２８", 12800), ("128元", 12800), (128, 12800), ("128.5", 12850), ("0", 0),
    ("RMB 12.00", 1200),
])  # fmt: skip
def test_money_is_read_exactly(typed: Cell, fen: int) -> None:
    """Signs, thousands, whole numbers and parts."""
    assert cells.read_money(typed) == fen


@pytest.mark.parametrize(
    ("typed", "words"), [("-5", cells.NEGATIVE), ("很多", cells.NO_MONEY), ("1.234", cells.NO_MONEY)]
)
def test_money_that_is_none_says_so(typed: str, words: str) -> None:
    """Debts and parts of a fen are no opening balance."""
    with pytest.raises(ValueError, match=words):
        cells.read_money(typed)


@given(st.dates(date(1906, 1, 8), TODAY))
def test_a_day_that_a_spreadsheet_counts_comes_back(day: date) -> None:
    """Serial numbers are days since the end of 1899, as spreadsheets count."""
    told = cells.read_birthday((day - date(1899, 12, 30)) // timedelta(days=1), today=TODAY)
    assert (told.year, told.month, told.day) == (day.year, day.month, day.day)


@given(st.one_of(st.text(max_size=40), st.floats().map(str), st.integers(), st.datetimes().map(str), st.none()))
def test_no_cell_breaks_a_reader(cell: Cell) -> None:
    """Whatever stands there is a value or a mistake in words."""
    for read in (cells.read_phone, cells.read_money, cells.read_whole, cells.read_gender, cells.read_sex):
        with suppress(ValueError):
            read(cell)
    with suppress(ValueError):
        cells.read_birthday(cell, today=TODAY)


def test_the_header_is_found_below_titles_and_merged_cells() -> None:
    """A title, an empty row, a group merged over two columns, a column merged over two rows."""
    rows: list[list[Cell]] = [
        ["小满甜品会员表", None, None, None],
        [None] * 4,
        ["手机号", "姓名", "储值", None],
        [None, None, "本金", "赠送"],
        ["138", "小雨", 1, 2],
    ]
    place = columns.find_header(rows)
    assert place == 3
    assert columns.guess_all(columns.read_header(rows, place)) == ["phone", "name", "principal", "bonus"]


@pytest.mark.parametrize(("header", "fields"), [
    (["会员手机*", "会员姓名", "出生日期", "剩余积分", "余额(元)"], ["phone", "name", "birthday", "points", "principal"]),
    (["Mobile", "Full Name", "Date of Birth", "Points", "Balance"], ["phone", "name", "birthday", "points", "principal"]),
    (["电话", "手机", "口味"], ["phone", "", ""]),
])  # fmt: skip
def test_columns_are_guessed_by_what_shops_call_them(header: list[str], fields: list[str]) -> None:
    """Chinese, English, a second column of the same meaning, one that nobody knows."""
    assert columns.guess_all(header) == fields
