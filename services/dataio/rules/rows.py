"""What the values of a row mean for a member."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from services.members.rules.birthdays import Birthday
from services.shared.refusals import Invalid, Refusal

PLAIN = ("name", "gender", "wechat_id", "note")  # columns of a member that are what the cell says


def key_of(import_id: int, position: int) -> str:
    """What makes the money of a row come once."""
    return f"import:{import_id}:{position}"


def card_of(values: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The columns of a new member that a row tells."""
    card = {name: values[name] for name in PLAIN if name in values} | {"name": values.get("name", "")}
    if "birthday" in values:
        card |= Birthday(**values["birthday"]).columns()
    if "joined_on" in values:
        card["joined_at"] = datetime.combine(date.fromisoformat(values["joined_on"]), time(12), zone)
    return card


def own_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers to own fields, by key."""
    return {name.removeprefix("fields."): value for name, value in values.items() if name.startswith("fields.")}


def explain(refusal: Refusal) -> list[list[Any]]:
    """The refusal's words as problems of a row, or those beside its fields."""
    if isinstance(refusal, Invalid) and refusal.text == Invalid.text:
        return [[None, words, {}] for said in refusal.errors.values() for words in said]
    return [[None, refusal.text, {name: str(value) for name, value in refusal.params.items()}]]
