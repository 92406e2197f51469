"""A row as values of a member: each matched column read, every mistake named by its column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.dataio.rules import cells
from services.dataio.rules.cells import Order, plain
from services.fields import rules as answers
from services.shared import money
from services.shared.tables import Cell
from services.shared.words import N_

MONEY = ("principal", "bonus", "points")
CHILD = ("child_name", "child_birthday", "child_sex")
_LENGTHS = {"name": 40, "wechat_id": 40, "note": 500, "child_name": 20}
NO_PHONE_COLUMN = N_("没有手机号")
TOO_LONG = N_("太长了，最多 %(most)s 个字")
OVER_CAP = N_("超过储值上限 ¥%(cap)s，请先在原来的账上处理")
NOT_YET = N_("这一天还没有到")
NO_CHILD_DAY = N_("孩子的生日没有填")
NO_CONSENT = N_("孩子的资料要监护人同意过，请在上一步勾选")
NO_FIELD = N_("没有这个字段")
NO_TAG = N_("没有「%(name)s」这个标签，请先加上")
TAG_BY_RULE = N_("「%(name)s」是按规则自动打的，不能导入")
_BETWEEN = re.compile(r"[、,;；，/|]+")


class Mistake(ValueError):  # noqa: N818 (of who typed it)
    """What is wrong with a cell: a msgid with parameters."""

    def __init__(self, words: str, **params: Any) -> None:
        super().__init__(words)
        self.params = params


@dataclass(frozen=True)
class Asked:
    """An own field of the shop: its kind, and its choices."""

    kind: str
    choices: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Look:
    """What a reading needs to know: the shop's day, how 05/06 is meant, the cap of stored value (fen), whether guardians agreed, the own
    fields by key, the tags by name (None: a rule gives it)."""

    today: date
    order: Order
    cap: int
    guardians: bool
    own: Mapping[str, Asked] = field(default_factory=dict)
    tags: Mapping[str, int | None] = field(default_factory=dict)


@dataclass
class Read:
    """Values by field, and what is wrong: `[column, msgid, params]`, the column counted from 0 (None: the row)."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[list[Any]] = field(default_factory=list)


def read_row(row: Sequence[Cell], mapping: Sequence[str], look: Look) -> Read:
    """Read every matched cell that is not blank. A row with a problem is not imported at all: half a member helps nobody."""
    read, at = Read(), {name: column for column, name in enumerate(mapping) if name}
    for name, column in at.items():
        cell = row[column] if column < len(row) else None
        if not plain(cell):
            continue
        try:
            value = _value(name, cell, look)
        except ValueError as mistake:
            read.problems.append([column, str(mistake), getattr(mistake, "params", {})])
            continue
        if isinstance(value, str) and len(value) > _LENGTHS.get(name, 500):
            read.problems.append([column, TOO_LONG, {"most": _LENGTHS.get(name, 500)}])
        read.values[name] = value
    _judge(read, at, look)
    return read


def _judge(read: Read, at: Mapping[str, int], look: Look) -> None:
    """What is wrong with the values together."""
    if "phone" not in read.values and not any(column == at.get("phone") for column, *_ in read.problems):
        read.problems.append([at.get("phone"), NO_PHONE_COLUMN, {}])
    if read.values.get("principal", 0) + read.values.get("bonus", 0) > look.cap:
        read.problems.append([at.get("principal", at.get("bonus")), OVER_CAP, {"cap": look.cap // 100}])
    told = [name for name in CHILD if name in read.values]
    if told and "child_birthday" not in read.values:
        if not any(column == at.get("child_birthday") for column, *_ in read.problems):
            read.problems.append([at.get("child_birthday", at[told[0]]), NO_CHILD_DAY, {}])
    elif told and not look.guardians:
        read.problems.append([at["child_birthday"], NO_CONSENT, {}])


def _value(name: str, cell: Cell, look: Look) -> Any:
    if name == "phone":
        return cells.read_phone(cell)
    if name == "gender":
        return cells.read_gender(cell)
    if name == "child_sex":
        return cells.read_sex(cell)
    if name in {"principal", "bonus"}:
        return cells.read_money(cell)
    if name == "points":
        return cells.read_whole(cell)
    if name == "birthday":
        told = cells.read_birthday(cell, today=look.today, order=look.order)
        if told.calendar == "solar" and told.year and date(told.year, told.month, told.day) > look.today:
            raise ValueError(NOT_YET)
        return {each: getattr(told, each) for each in ("calendar", "month", "day", "year", "leap")}
    if name in {"joined_on", "child_birthday"}:
        day = cells.read_day(cell, today=look.today, order=look.order)
        if day > look.today:
            raise ValueError(NOT_YET)
        return day.isoformat()
    if name == "tags":
        return [_tag(each.strip(), look) for each in _BETWEEN.split(plain(cell)) if each.strip()]
    return (
        _answer(look.own.get(name.removeprefix("fields.")), cell, look) if name.startswith("fields.") else plain(cell)
    )


def _tag(name: str, look: Look) -> int:
    found = look.tags.get(name, 0)
    if not found:
        raise Mistake(TAG_BY_RULE if found is None else NO_TAG, name=name[:40])
    return found


def _answer(asked: Asked | None, cell: Cell, look: Look) -> Any:
    """As JSON carries it: a choice by its words, a day in any style, yes and no as people tick them."""
    if asked is None:
        raise ValueError(NO_FIELD)
    typed: Any = plain(cell)
    if asked.kind == "date":
        typed = cells.read_day(cell, today=look.today, order=look.order)
    elif asked.kind == "money":
        typed = money.text(cells.read_money(cell))
    elif asked.kind == "phone":
        typed = cells.read_phone(cell)
    elif asked.kind == "yes_no":
        typed = cells.read_tick(cell)
    elif asked.kind == "choices":
        typed = [each.strip() for each in _BETWEEN.split(typed)]
    return answers.told(asked.kind, answers.read(asked.kind, typed, asked.choices))
