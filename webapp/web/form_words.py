"""Forms as pages show them: what is asked, what may be chosen, what was answered, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, g
from flask_babel import gettext as _

from services.family.schemas import SEXES
from services.fields.queries import FieldCard, Filled, list_fields
from services.fields.rules import read
from services.forms.queries import FormCard
from services.forms.rules.documents import Question, possible
from services.forms.rules.kinds import RATINGS
from services.members.rules import phones
from services.members.rules.birthdays import Birthday
from services.members.schemas import GENDER_WORDS
from services.shared.words import N_
from webapp.web import edge, i18n, own_fields
from webapp.web.member_words import birthday_words

KINDS: Mapping[str, str] = {
    "phone": N_("手机号"), "name": N_("称呼"), "gender": N_("性别"), "birthday": N_("生日"), "child": N_("孩子"),
    "due_date": N_("预产期"), "own": N_("自己的字段"), "marketing": N_("愿意收优惠消息"), "text": N_("一行字"), "words": N_("一段话"),
    "choice": N_("选一个"), "choices": N_("可选多个"), "rating": N_("打分 1–5"), "yes_no": N_("是或否"), "number": N_("数字"),
    "date": N_("日期"),
}  # fmt: skip
GROUPS: Mapping[str, str] = {
    "profile": N_("会员资料"), "family": N_("家庭"), "own": N_("自己的字段"), "consent": N_("同意"), "survey": N_("自由提问"),
}  # fmt: skip
PURPOSES: Mapping[str, str] = {"registration": N_("登记开卡"), "survey": N_("问卷"), "event": N_("活动报名")}
STATES: Mapping[str, str] = {"draft": N_("草稿"), "published": N_("收集中"), "closed": N_("已结束")}
SENT: Mapping[str, str] = {
    "new": N_("没留手机号"),
    "applied": N_("已记入会员"),
    "proposal": N_("等确认"),
    "refused": N_("不是本人"),
}
_ASKED: Mapping[str, str] = {  # how a question is put whose owner wrote no words of their own
    "name": N_("怎么称呼您"), "child": N_("您的孩子"), "marketing": N_("有新品、优惠时告诉我（随时能关）"),
}  # fmt: skip
_STARS = {1: N_("很不满意"), 2: N_("不太满意"), 3: N_("一般"), 4: N_("满意"), 5: N_("很满意")}


def init_app(app: Flask) -> None:
    """Register the filters `question|question_label` (`_help`, `_choices`, `_field`), `value|answer_words(question)`, `form|said`."""
    app.jinja_env.filters.update(
        question_label=label, question_help=help_of, question_choices=choices, answer_words=answer_words, said=said,
        question_field=field_of,
        question_kind=lambda kind: _(KINDS[kind]), form_kind=lambda kind: _(PURPOSES[kind]),
        form_state=lambda state: _(STATES[state]), sent_state=lambda state: _(SENT[state]),
    )  # fmt: skip


def own() -> Mapping[str, FieldCard]:
    """The shop's own fields of members by key, those put away too; read once per request."""
    if "form_fields" not in g:
        g.form_fields = {each.key: each for each in list_fields(edge.read(), "member", archived=True)}
    found: Mapping[str, FieldCard] = g.form_fields
    return found


def said(form: FormCard, name: str) -> str:
    """A form's `title`, `words` or `thanks`."""
    return form.said(name, i18n.choose())


def label(question: Question) -> str:
    """What is asked: the owner's words, else the own field's name or ours."""
    written = (question.label_en if i18n.choose() == "en" else "") or question.label_zh
    if written:
        return written
    if question.kind == "own":
        field = own().get(question.field)
        return own_fields.label(field) if field else question.field
    return str(_(_ASKED.get(question.kind, KINDS[question.kind])))


def help_of(question: Question) -> str:
    """The owner's hint below a question, else the own field's."""
    written = (question.help_en if i18n.choose() == "en" else "") or question.help_zh
    field = own().get(question.field) if question.kind == "own" else None
    return written or (field.help if field else "")


def choices(question: Question) -> list[tuple[str, str]]:
    """What may be answered, by the key that a page sends and a condition names."""
    return [(key, _choice(question, key)) for key in possible(question, own())]


def field_of(question: Question) -> FieldCard | None:
    """The own field that is asked."""
    return own().get(question.field)


def answer_words(value: Any, question: Question) -> str:
    """An answer in words; nothing where there is none."""
    match question.kind, value:
        case _, None:
            return ""
        case "birthday", dict():
            return birthday_words(Birthday(**value))
        case "child", dict():
            girl_or_boy = SEXES[value["sex"]]
            sex = "" if value["sex"] == "unknown" else str(_(girl_or_boy))
            return " · ".join(each for each in (value["name"], sex, value["born_on"]) if each)
        case (("child" | "due_date"), True):
            return str(_("记在家庭里了"))
        case "marketing", _:
            return str(_("愿意"))
        case "phone", str():
            return phones.show(value) if "*" not in value else value
        case "own", _:
            return _own_words(question, value)
        case _, list():
            return str(_("、")).join(_choice(question, each) for each in value)
        case (("choice" | "gender"), _):
            return _choice(question, str(value))
        case "yes_no", _:
            return str(_("是") if value else _("否"))
        case "rating", int():
            return f"{value} / {RATINGS[-1]}"
    return str(value)


def _own_words(question: Question, value: Any) -> str:
    field = own().get(question.field)
    if field is None:
        return str(value)
    try:
        return own_fields.answer(Filled(field, read(field.kind, value, field.choices, _held(value))))
    except ValueError:  # a choice that is no more
        return str(value)


def _held(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _choice(question: Question, key: str) -> str:
    if question.kind == "gender":
        return str(_(GENDER_WORDS[key]))
    if question.kind == "rating":
        return f"{key} · {_(_STARS[int(key)])}"
    field = own().get(question.field) if question.kind == "own" else None
    if question.kind == "yes_no" or (field is not None and field.kind == "yes_no"):
        return str(_("是") if key == "1" else _("否"))
    if field is not None:
        return field.choice(key, i18n.choose())
    found = next((each for each in question.choices if each.key == key), None)
    return ((found.en if i18n.choose() == "en" else "") or found.zh) if found else key
