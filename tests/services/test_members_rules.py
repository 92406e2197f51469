"""Reading phones, checking birthdays, finding names: rules without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.rules import birthdays, lunar, names, phones
from services.members.rules.birthdays import Birthday
from services.shared import ids


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "8613800138000", "008613800138000",
        "１３８００１３８０００", "＋８６　１３８００１３８０００", " (+86) 138.0013.8000 ",
    ],
)  # fmt: skip
def test_a_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert phones.read_phone(typed) == "+8613800138000"


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("+81 90-1234-5678", "+819012345678"),
        ("+852 6123 4567", "+85261234567"),
        ("(+1) 650-253-0000", "+16502530000"),
        ("027-8888 8888", "+862788888888"),
        ("19912345678", "+8619912345678"),
    ],
)
def test_other_countries_and_landlines_are_read(typed: str, known: str) -> None:
    assert phones.read_phone(typed) == known


@pytest.mark.parametrize(
    "typed", ["", "1380013800", "12345678901", "1380013800a", "13800138000 ext 5", "1" * 41, "林小满", "+", "\x00"]
)
def test_what_nobody_can_be_called_by_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        phones.read_phone(typed)


@given(st.text(max_size=50))
def test_a_phone_is_read_or_refused_and_never_breaks(typed: str) -> None:
    try:
        read = phones.read_phone(typed)
    except ValueError:
        return
    assert phones.read_phone(read) == read
    assert phones.mask(read)
    assert phones.show(read)


def test_lists_show_only_the_ends_of_a_number() -> None:
    assert phones.mask("+8613800138000") == "138 **** 8000"
    assert phones.mask("+819012345678") == "+81 **** 5678"
    assert phones.mask(None) == ""
    assert phones.show("+8613800138000") == "138 0013 8000"


def test_a_member_number_has_ten_digits_and_checks_itself() -> None:
    number = phones.fresh_number()
    assert len(number) == 10
    assert number[0] == "1"
    assert ids.luhn_holds(number)
    assert phones.read_number(f"{number[:3]} {number[3:]}") == number
    assert phones.read_number(number[:-1] + str((int(number[-1]) + 1) % 10)) is None


@pytest.mark.parametrize(
    ("birthday", "wrong"),
    [
        (Birthday("solar", 2, 29), []),
        (Birthday("solar", 2, 29, 1992), []),
        (Birthday("solar", 2, 29, 1993), ["day"]),
        (Birthday("solar", 4, 31), ["day"]),
        (Birthday("solar", 13, 1), ["month"]),
        (Birthday("lunar", 12, 30), []),
        (Birthday("lunar", 6, 31), ["day"]),
        (Birthday("lunar", 6, 6, 2025, leap=True), []),
        (Birthday("solar", 6, 6, 2025, leap=True), ["leap"]),
        (Birthday("lunar", 6, 6, 2026, leap=True), ["leap"]),
        (Birthday("lunar", 5, 6, 2025, leap=True), ["leap"]),
        (Birthday("lunar", 6, 6, leap=True), []),
        (Birthday("lunar", 11, 1, 2033, leap=True), []),
        (Birthday("lunar", 1, 1, leap=True), ["leap"]),
        (Birthday("lunar", 12, 1, leap=True), ["leap"]),
    ],
)
def test_a_birthday_is_a_day_that_exists(birthday: Birthday, wrong: list[str]) -> None:
    assert list(birthdays.mistakes(birthday)) == wrong


def test_the_leap_months_to_come_are_those_of_the_calendar() -> None:
    """The vectors of facts.md §2.4: 2033 is the year that older tables had wrong."""
    known = {2025: 6, 2028: 5, 2031: 3, 2033: 11, 2036: 6, 2039: 5}
    assert {year: month for year, month in lunar.LEAP_MONTHS.items() if 2024 <= year <= 2040} == known
    assert len(lunar.LEAP_MONTHS) == 74  # seven in nineteen years


def test_nobody_is_born_tomorrow() -> None:
    today = date(2026, 11, 21)
    assert birthdays.lies_ahead(Birthday("solar", 11, 22, 2026), today)
    assert not birthdays.lies_ahead(Birthday("solar", 11, 21, 2026), today)
    assert not birthdays.lies_ahead(Birthday("lunar", 12, 30, 2026), today)
    assert not birthdays.lies_ahead(Birthday("solar", 12, 31), today)


def test_a_birthday_changes_once_in_365_days() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    assert birthdays.may_change(None, at)
    assert not birthdays.may_change(at - timedelta(days=364), at)
    assert birthdays.may_change(at - timedelta(days=365), at)


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("林知夏", ["知夏", "夏", "lzx", "zx", "linzhixia", "zhixia"]),
        ("单雄信", ["shanxiongxin", "sxx", "dxx"]),
        ("曾小满", ["zengxiaoman", "zxm"]),
        ("解缙", ["xiejin", "xj"]),
        ("尉迟恭", ["yuchigong", "ycg"]),
        ("吕布", ["lvbu", "lb"]),
        ("王长乐", ["wangchangle", "wcl"]),
        ("朝阳银行", ["zhaoyangyinhang", "zyyh"]),
        ("Amy 林", ["amy林", "al", "amylin"]),
        ("🍰小蛋糕", ["小蛋糕", "xdg"]),
    ],
)
def test_a_name_is_found_by_characters_pinyin_and_initials(name: str, found_by: list[str]) -> None:
    assert set(found_by) <= names.search_terms(name, None, "1000000000")


def test_a_phone_is_found_by_any_three_digits_in_a_row() -> None:
    terms = names.search_terms("", "+8613800138000", "1000000000")
    assert {"13800138000", "8000", "000", "8613800138000"} <= terms
    assert "00" not in terms


@given(st.text(max_size=40))
def test_any_name_makes_words_that_can_be_looked_up(name: str) -> None:
    terms = names.search_terms(name, "+8613800138000", "1000000000")
    assert all(term == names.normalise(term) for term in terms)
    assert "" not in terms
