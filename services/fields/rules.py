"""What an answer to an own field may be, by kind; how it rests in columns and is told outside. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from services.shared import money, phones, pictures, pinyin
from services.shared.fields import clean
from services.shared.words import N_

SUBJECTS = ("member", "child", "order", "product")
KINDS = ("text", "number", "money", "date", "choice", "choices", "yes_no", "phone", "photo")
CHOOSING, SEARCHABLE = ("choice", "choices"), ("text", "phone")
LONGEST, MOST_CHOSEN, THOUSANDTHS = 500, 50, 1000
MOST_NUMBER, MOST_MONEY = 10**12, 10**11  # of the thing itself (kilometres, hours); of fen
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

Value = str | int | bool | date | tuple[str, ...]
Row = tuple[str | None, int | None, date | None]  # words, number, day

_YES, _NO = {"1", "true", "yes", N_("是")}, {"0", "false", "no", N_("否")}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－，", "0123456789.-,")
_NUMBER = re.compile(r"([+-]?)(\d{1,13})(?:\.(\d{1,3}))?")


def key_of(label: str, taken: Collection[str] = ()) -> str:
    """A key from a label: 常买口味 → `changmaikouwei`; again → `changmaikouwei_2`."""
    letters = "_".join("".join(pinyin.syllables(label)).lower().split())
    key = re.sub(r"[^a-z0-9_]", "", letters)[:36].strip("_")
    key = key if KEY.fullmatch(key) else f"f_{key}".rstrip("_")
    numbered = (f"{key}_{number}" for number in range(2, 999))
    return key if key not in taken else next(again for again in numbered if again not in taken)


def read(kind: str, typed: Any, choices: Sequence[Mapping[str, Any]] = (), held: Value | None = None) -> Value | None:
    """The answer in what was typed or sent; None where it is empty. A choice that was put away stays for whoever `held` it.

    Numbers are thousandths, money is fen. Raises ValueError with the words to show beside the field.
    """
    if isinstance(typed, (list, tuple)):
        filled = [each for each in typed if each is not None and str(each).strip()]
        if kind == "choices":
            return _chosen(filled, choices, held)
        if len(filled) > 1:
            raise ValueError(N_("只能填一个"))
        typed = filled[0] if filled else None
    if typed is None or (isinstance(typed, str) and not clean(typed)):
        return None
    if kind == "choices":
        return _chosen([typed], choices, held)
    if kind == "choice":
        return _known(typed, choices, held)
    value: Value = _READERS[kind](typed)
    return value


def to_rows(kind: str, value: Value | None) -> list[Row]:
    """The value as the columns of its rows; none for no value."""
    if value is None:
        return []
    if isinstance(value, tuple):
        return [(each, None, None) for each in value]
    if isinstance(value, date):
        return [(None, None, value)]
    return [(value, None, None)] if isinstance(value, str) else [(None, int(value), None)]


def of_rows(kind: str, rows: Sequence[Row]) -> Value | None:
    """The inverse of `to_rows`."""
    if not rows:
        return None
    if kind == "choices":
        return tuple(words for words, _number, _day in rows if words is not None)
    words, number, day = rows[0]
    if kind == "yes_no":
        return bool(number)
    return next((each for each in (words, number, day) if each is not None), None)


def told(kind: str, value: Value | None) -> Any:
    """The value as JSON and files carry it: numbers and money as decimal text, days in ISO, choices by key; `read` takes all of it back."""
    match kind, value:
        case _, None:
            return None
        case "number", int():
            return _decimal(value)
        case "money", int():
            return money.text(value)
        case "date", date():
            return value.isoformat()
        case "choices", tuple():
            return list(value)
    return value


def _decimal(thousandths: int) -> str:
    whole, rest = divmod(abs(thousandths), THOUSANDTHS)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole}.{rest:03d}".rstrip("0").rstrip(".")


def _text(typed: Any) -> str:
    if not isinstance(typed, (str, int)) or isinstance(typed, bool):
        raise ValueError(N_("请填文字"))
    text = clean(str(typed))
    if len(text) > LONGEST:
        raise ValueError(N_("太长了，写短一点"))
    return text


def _number(typed: Any) -> int:
    plain = str(typed).translate(_FULL_WIDTH).replace(",", "").strip()
    found = None if isinstance(typed, bool) else _NUMBER.fullmatch(plain)
    if found is None:
        raise ValueError(N_("请填数字，最多三位小数"))
    sign, whole, rest = found.groups(default="")
    thousandths = int(whole) * THOUSANDTHS + int(rest.ljust(3, "0"))
    if thousandths > MOST_NUMBER * THOUSANDTHS:
        raise ValueError(N_("超出了可以填的范围"))
    return -thousandths if sign == "-" else thousandths


def _money(typed: Any) -> int:
    try:
        if not isinstance(typed, (str, int)) or isinstance(typed, bool):
            raise ValueError(typed)
        fen = money.parse(str(typed))
    except ValueError:
        raise ValueError(N_("请填金额，例如 12.50")) from None
    if abs(fen) > MOST_MONEY:
        raise ValueError(N_("金额超出了范围"))
    return fen


def _date(typed: Any) -> date:
    try:
        day = typed if type(typed) is date else date.fromisoformat(str(typed).strip())
    except ValueError:
        raise ValueError(N_("请填日期，例如 2026-11-22")) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(N_("请填日期，例如 2026-11-22"))
    return day


def _yes_no(typed: Any) -> bool:
    said = str(typed).strip().lower()
    if said not in _YES | _NO:
        raise ValueError(N_("请选是或否"))
    return said in _YES


def _phone(typed: Any) -> str:
    try:
        return phones.read_phone(str(typed))
    except ValueError:
        raise ValueError(N_("请填手机号，例如 138 0013 8000；国外号码以 + 开头")) from None


def _photo(typed: Any) -> str:
    if not isinstance(typed, str) or not pictures.is_name(typed):
        raise ValueError(N_("没有这张图片，请重新选一张"))
    return typed


_READERS: Mapping[str, Any] = {
    "text": _text, "number": _number, "money": _money, "date": _date, "yes_no": _yes_no, "phone": _phone, "photo": _photo,
}  # fmt: skip


def _known(typed: Any, choices: Sequence[Mapping[str, Any]], held: Value | None) -> str:
    """The key of a choice that may be chosen; its Chinese or English words do too, as files carry them."""
    kept = held if isinstance(held, tuple) else (held,)
    for each in choices:
        open_to_them = each["key"] in kept or not each.get("archived")
        if open_to_them and typed in (each["key"], each["zh"], each["en"] or each["key"]):
            return str(each["key"])
    raise ValueError(N_("请从列表里选"))


def _chosen(typed: Sequence[Any], choices: Sequence[Mapping[str, Any]], held: Value | None) -> tuple[str, ...] | None:
    keys = {_known(each, choices, held) for each in typed}
    if len(keys) > MOST_CHOSEN:
        raise ValueError(N_("选得太多了"))
    return tuple(each["key"] for each in choices if each["key"] in keys) or None
