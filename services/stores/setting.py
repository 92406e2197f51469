"""What a setting is: its name, kind, bounds and words, and how each kind reads what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import available_timezones

from services.shared import money, pictures
from services.shared.fields import clean
from services.shared.words import N_

Kind = Literal["text", "long_text", "whole", "money", "switch", "choice", "colour", "zone", "picture", "list"]


@dataclass(frozen=True)
class Setting:
    """One value. `least`/`most` bound whole numbers, money (fen) and the length of texts.

    `choices` maps a value to its words; in a list it gives words to the values that a shop starts with.
    """

    name: str
    kind: Kind
    default: Any
    group: str
    label: str
    help: str = ""
    least: int = 0
    most: int = 200
    choices: Mapping[str, str] | None = None

    def read(self, typed: Any) -> Any:
        """The value of what was typed or sent. Raises ValueError with a msgid that says what to do."""
        return _READERS[self.kind](self, typed)

    def show(self, value: Any) -> Any:
        """The value as JSON and forms carry it: money as a decimal string, the rest as it is."""
        return money.text(value) if self.kind == "money" else value


def _text(setting: Setting, typed: Any) -> str:
    value = clean(str(typed))
    if not setting.least <= len(value) <= setting.most:
        raise ValueError(N_("太长或太短了") if value else N_("请填写"))
    return value


def _whole(setting: Setting, typed: Any) -> int:
    try:
        value = int(str(typed).strip())
    except ValueError:
        raise ValueError(N_("请填整数")) from None
    return _within(setting, value)


def _money(setting: Setting, typed: Any) -> int:
    try:
        value = money.parse(str(typed))
    except ValueError:
        raise ValueError(N_("请填金额，例如 12.50")) from None
    return _within(setting, value)


def _within(setting: Setting, value: int) -> int:
    if not setting.least <= value <= setting.most:
        raise ValueError(N_("超出了可以填的范围"))
    return value


def _switch(_setting: Setting, typed: Any) -> bool:
    return typed is True or str(typed).lower() in {"1", "true", "on", "yes"}


def _choice(setting: Setting, typed: Any) -> str:
    if str(typed) not in (setting.choices or {}):
        raise ValueError(N_("请从列表里选"))
    return str(typed)


def _colour(_setting: Setting, typed: Any) -> str:
    value = str(typed).strip().lower()
    if len(value) != 7 or value[0] != "#" or any(char not in "0123456789abcdef" for char in value[1:]):
        raise ValueError(N_("请填颜色，例如 #952847"))
    return value


def _zone(_setting: Setting, typed: Any) -> str:
    if str(typed) not in available_timezones():
        raise ValueError(N_("没有这个时区"))
    return str(typed)


def _picture(_setting: Setting, typed: Any) -> str:
    value = str(typed).strip()
    if value and not pictures.is_name(value):
        raise ValueError(N_("没有这张图片，请重新选一张"))
    return value


def _list(setting: Setting, typed: Any) -> list[str]:
    lines = typed if isinstance(typed, list) else str(typed).splitlines()
    values = list(dict.fromkeys(line for raw in lines if (line := clean(str(raw)))))
    if not values or len(values) > setting.most:
        raise ValueError(N_("请至少填一项，每行一项"))
    return values


_READERS = {
    "text": _text,
    "long_text": _text,
    "picture": _picture,
    "whole": _whole,
    "money": _money,
    "switch": _switch,
    "choice": _choice,
    "colour": _colour,
    "zone": _zone,
    "list": _list,
}
