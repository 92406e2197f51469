"""How members are spoken of on every page: name, phone, birthday, where they came from."""

from typing import Any

from flask import Flask
from flask_babel import gettext
from markupsafe import Markup

from services.members.permissions import MEMBERS_PHONES
from services.members.queries import show_name
from services.members.rules import phones
from services.members.schemas import GENDER_WORDS, SOURCE_WORDS
from webapp.web import i18n, people, qr

_MONTHS = "正二三四五六七八九十冬腊"
_DIGITS = "一二三四五六七八九十"


def init_app(app: Flask) -> None:
    """Register the filters: `member|shown_name`, `card.birthday|birthday`, `card.source|source`, `address|qr`."""
    app.jinja_env.filters.update(
        shown_name=shown_name,
        birthday=birthday_words,
        source=source_words,
        gender=gender_words,
        qr=qr_svg,
        typed=typed_phone,
    )


def shown_name(member: Any) -> str:
    """How to call a member (row or card): the name, else the masked phone."""
    return show_name(member.name, member.phone, member.number)


def typed_phone(text: str) -> str:
    """A line that somebody typed to find a member by: a phone in it is masked for who may not see whole ones."""
    if people.actor().may(MEMBERS_PHONES):
        return text
    try:
        return phones.mask(phones.read_phone(text))
    except ValueError:
        return text


def source_words(source: str) -> str:
    """The shop's own sources as they were written, the built-in ones in the reader's language."""
    return str(gettext(SOURCE_WORDS[source])) if source in SOURCE_WORDS else source


def gender_words(gender: str) -> str:
    """女, 男, 不说."""
    return str(gettext(GENDER_WORDS.get(gender, GENDER_WORDS["unknown"])))


def birthday_words(birthday: Any) -> str:
    """5月20日, 1993年5月20日, 农历八月十五, 农历闰六月初六."""
    if birthday is None:
        return ""
    chinese = i18n.choose() == "zh"
    words = _chinese(birthday) if chinese else _english(birthday)
    if birthday.year is None:
        return words
    return f"{birthday.year}年{words}" if chinese else f"{words}, {birthday.year}"


def _chinese(birthday: Any) -> str:
    if birthday.calendar == "solar":
        return f"{birthday.month}月{birthday.day}日"
    leap = "闰" if birthday.leap else ""
    return f"农历{leap}{_MONTHS[birthday.month - 1]}月{_lunar_day(birthday.day)}"


def _lunar_day(day: int) -> str:
    if day in (20, 30):
        return f"{_DIGITS[day // 10 - 1]}十"
    return ("初", "十", "廿")[(day - 1) // 10] + _DIGITS[(day - 1) % 10]


def _english(birthday: Any) -> str:
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    if birthday.calendar == "solar":
        return f"{names[birthday.month - 1]} {birthday.day}"
    leap = "leap " if birthday.leap else ""
    return f"lunar {leap}month {birthday.month}, day {birthday.day}"


def qr_svg(address: str) -> Markup:
    """The QR code of an address as an <svg> without margin."""
    return qr.svg(address)
