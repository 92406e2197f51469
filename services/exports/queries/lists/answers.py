"""Answers to the shop's own fields, and phones, as cells."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.exports.rules import OWN, Asked
from services.fields import queries as fields
from services.fields.rules import told
from services.members.rules import phones


def told_phone(phone: str | None, *, whole: bool) -> str:
    """`138 **** 8000`; `13800138000` where it is whole, abroad with its country."""
    if not phone or not whole:
        return phones.mask(phone)
    return phones.national(phone) if phone.startswith("+86") else phones.show(phone)


def own_answers(session: Session, subject: str, ids: Sequence[int], asked: Asked) -> dict[int, dict[str, Any]]:
    """The answers to own fields as cells, by id and column."""
    asking = [field for field in fields.list_fields(session, subject) if field.visible_to(asked.actor)]
    values = fields.load_values(session, asking, ids)
    kinds = {field.key: field.kind for field in asking}
    return {
        each: {f"{OWN}{key}": _answer(kinds[key], value, asked) for key, value in values[each].items()}
        for each in ids
        if each in values
    }


def _answer(kind: str, value: Any, asked: Asked) -> Any:
    if kind == "phone":
        return told_phone(value, whole=asked.whole)
    if kind == "yes_no":
        return "1" if value else "0"
    return told(kind, value) if kind == "number" else value
