"""Own fields: what may be answered, kind by kind."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fields import rules
from tests.oracles import answers

TASTES = [
    {"key": "sweet", "zh": "甜", "en": "Sweet", "archived": False},
    {"key": "salty", "zh": "咸", "en": "", "archived": False},
    {"key": "bitter", "zh": "苦", "en": "Bitter", "archived": True},
]
PHOTO = "0123456789abcdef0123456789abcdef.webp"


def kept(kind: str, typed: Any) -> Any:
    """What is told after it was read, put into rows, and read from them."""
    value = rules.read(kind, typed, TASTES)
    return rules.told(kind, rules.of_rows(kind, rules.to_rows(kind, value)))


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        ("text", "  金太阳幼儿园 ", "金太阳幼儿园"),
        ("text", 12, "12"),
        ("number", "１，２００．５", "1200.5"),
        ("number", 2.5, "2.5"),
        ("money", "¥1,128.5", "1128.50"),
        ("date", "2026-02-28", "2026-02-28"),
        ("choice", "咸", "salty"),
        ("choice", ["", "sweet"], "sweet"),
        ("choices", ["Sweet", "salty", ""], ["sweet", "salty"]),
        ("choices", "salty", ["salty"]),
        ("yes_no", "是", True),
        ("yes_no", False, False),
        ("phone", "138 0013 8000", "+8613800138000"),
        ("photo", PHOTO, PHOTO),
    ],
)
def test_what_people_type_is_kept_as_what_it_is(kind: str, typed: Any, told: Any) -> None:
    assert kept(kind, typed) == told
    assert kept(kind, told) == told


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", "长" * 501), ("text", {"a": 1}), ("text", True),
        ("number", "十"), ("number", "1.2345"), ("number", "1e3"), ("number", "9" * 14), ("number", True),
        ("money", "1.234"), ("money", 1.5), ("money", "很多"), ("money", "9999999999"),
        ("date", "2026-02-30"), ("date", "26-2-3"), ("date", "1820-01-01"),
        ("choice", "酸"), ("choice", "bitter"), ("choice", ["sweet", "salty"]),
        ("choices", ["sweet", "酸"]), ("yes_no", "也许"), ("phone", "123"), ("photo", "../secret.webp"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(kind: str, typed: Any) -> None:
    with pytest.raises(ValueError) as refusal:
        rules.read(kind, typed, TASTES)
    assert any("\u4e00" <= char <= "\u9fff" for char in str(refusal.value))


@pytest.mark.parametrize("kind", rules.KINDS)
@pytest.mark.parametrize("nothing", [None, "", "  ", [], [""]])
def test_nothing_is_no_answer(kind: str, nothing: Any) -> None:
    assert rules.read(kind, nothing, TASTES) is None
    assert rules.to_rows(kind, None) == []
    assert rules.of_rows(kind, []) is None


@given(st.decimals(-(10**12), 10**12, places=3, allow_nan=False))
def test_every_number_comes_back_exactly(value: Any) -> None:
    assert kept("number", str(value)) == answers.number_text(str(value))


@given(st.decimals(-(10**8), 10**8, places=2, allow_nan=False))
def test_every_amount_comes_back_exactly(value: Any) -> None:
    assert kept("money", str(value)) == answers.money_text(str(value))


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_comes_back(day: date) -> None:
    assert kept("date", day.isoformat()) == day.isoformat()


@given(st.sampled_from(rules.KINDS), st.one_of(st.text(), st.integers(), st.booleans(), st.lists(st.text()), st.none()))
def test_whatever_is_sent_is_read_or_refused(kind: str, typed: Any) -> None:
    try:
        told = kept(kind, typed)
    except ValueError:
        return
    assert kept(kind, told) == told


def test_a_choice_that_was_put_away_stays_with_whoever_has_it() -> None:
    assert rules.read("choice", "bitter", TASTES, held="bitter") == "bitter"
    assert rules.read("choices", ["bitter", "sweet"], TASTES, held=("bitter",)) == ("sweet", "bitter")
    with pytest.raises(ValueError, match="列表"):
        rules.read("choices", ["bitter"], TASTES, held=("sweet",))


@pytest.mark.parametrize(
    ("label", "key"),
    [("常买口味", "changmaikouwei"), ("Favourite taste", "favourite_taste"), ("6 寸", "f_6_cun"), ("！？", "f")],
)
def test_a_key_is_made_from_the_label(label: str, key: str) -> None:
    assert rules.key_of(label) == key
    assert rules.KEY.fullmatch(rules.key_of(label))
    assert rules.key_of(label, {rules.key_of(label)}) == f"{rules.key_of(label)}_2"
