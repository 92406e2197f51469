"""The shop's own fields as pages show them: labels, answers in words, answers as the fields of a form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from services.fields import queries
from services.fields.queries import FieldCard, Filled
from services.fields.rules import told
from services.members.rules import phones
from services.shared.words import N_
from webapp.web import edge, i18n
from webapp.web.template_words import flat_money

SUBJECTS: Mapping[str, str] = {"member": N_("会员"), "child": N_("孩子"), "order": N_("订单"), "product": N_("商品")}
KINDS: Mapping[str, str] = {
    "text": N_("文字"), "number": N_("数字"), "money": N_("金额"), "date": N_("日期"), "choice": N_("选一个"), "choices": N_("可选多个"),
    "yes_no": N_("是或否"), "phone": N_("电话"),
}  # fmt: skip
PREFIX = "fields."


def init_app(app: Flask) -> None:
    """Register `field|field_label`, `field|field_choices`, `each|answer`."""
    app.jinja_env.filters.update(field_label=label, field_choices=choices, answer=answer)


def filled(subject: str, subject_id: int) -> list[Filled]:
    """Every field of this thing that the reader may see, with its answer."""
    return queries.list_filled(edge.read(), subject, subject_id, actor=edge.actor())


def asked(subject: str) -> list[FieldCard]:
    """The fields that a form asks of the reader: a member's own form all they may fill in, staff's those that are shown on forms."""
    actor = edge.actor()
    found = [each for each in queries.list_fields(edge.read(), subject) if each.visible_to(actor)]
    return [each for each in found if each.shown_form or actor.kind == "member"]


def in_form(answers: Sequence[Filled]) -> dict[str, Any]:
    """The answers as a form holds them, by the names of its fields."""
    return {f"{PREFIX}{each.field.key}": _in_field(each) for each in answers}


def label(field: FieldCard) -> str:
    """What is asked, in the reader's language."""
    return field.label(i18n.choose())


def choices(field: FieldCard, held: Any = None) -> list[tuple[str, str]]:
    """What may be chosen, in the reader's language; a choice that was put away only for whoever has it."""
    kept = set(held if isinstance(held, (list, tuple)) else [held])
    language = i18n.choose()
    return [
        (each["key"], field.choice(each["key"], language))
        for each in field.choices
        if not each["archived"] or each["key"] in kept
    ]


def answer(each: Filled) -> str:
    """The answer in words; nothing where there is none."""
    match each.field.kind, each.value:
        case _, None:
            return ""
        case "money", int() as fen:
            return flat_money(fen)
        case "date", date() as day:
            return i18n.date_words(day)
        case "yes_no", value:
            return str(_("是") if value else _("否"))
        case "choice", str() as key:
            return each.field.choice(key, i18n.choose())
        case "choices", tuple() as keys:
            return str(_("、")).join(each.field.choice(key, i18n.choose()) for key in keys)
        case "phone", str() as phone:
            return phones.show(phone)
    return str(told(each.field.kind, each.value))


def _in_field(each: Filled) -> Any:
    if each.field.kind == "yes_no" and each.value is not None:
        return "1" if each.value else "0"
    if each.field.kind == "phone" and each.value is not None:
        return phones.show(str(each.value))
    return told(each.field.kind, each.value)
