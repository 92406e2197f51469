"""What was answered: read from what was typed, without what was hidden. An answer is a plain value that JSON carries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marshmallow import ValidationError

from services.family.rules import gestation
from services.family.schemas import SEXES
from services.fields import rules as fields_rules
from services.forms.rules.documents import Document, OwnField, Question
from services.forms.rules.kinds import FIXED, RATINGS
from services.members.rules import birthdays
from services.members.rules.birthdays import FIRST_YEAR, Birthday
from services.members.rules.purposes import CHILDREN, HEALTH, MARKETING, MEMBERSHIP
from services.members.schemas import BirthdayIn
from services.shared import phones
from services.shared.fields import clean
from services.shared.words import N_

LONGEST = {"name": 40, "text": 200, "words": 1000}
CONSENT = "consent"  # the field that agrees to the privacy notice, beside the phone
RESTS_ON = {"child": CHILDREN, "due_date": HEALTH}  # what may be kept only with a consent of its own
_PREFIX = "a."


@dataclass
class Answers:
    """Answers by the key of their question, the purposes that were agreed to, and what is wrong, by the name of its field in the page."""

    values: dict[str, Any] = field(default_factory=dict)
    consents: set[str] = field(default_factory=set)
    mistakes: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """In whose light answers are read: the shop's own fields by key, its day, and whether the member is `known` (signed in: then neither
    phone nor notice are asked)."""

    fields: Mapping[str, OwnField]
    today: date
    known: bool = False


def name_of(question: Question) -> str:
    """What the answer's field is called in the page."""
    return "phone" if question.kind == "phone" else f"{_PREFIX}{question.key}"


def read(document: Document, typed: Mapping[str, Any], asking: Asking) -> Answers:
    """All answers in the order of the questions; those of questions whose condition does not hold are not looked at."""
    found = Answers()
    for question in document:
        shown = question.only_if is None or question.only_if.holds(found.values.get(question.only_if.question))
        if not shown or (question.kind == "phone" and asking.known):
            continue
        if question.kind == "own" and question.field not in asking.fields:
            continue  # put away since
        try:
            value = _READERS.get(question.kind, _plain)(question, typed, asking)
        except ValueError as error:
            found.mistakes[name_of(question)] = [str(error)]
            continue
        if value is not None:
            found.values[question.key] = value
            _agree(question, typed, found)
        elif _is_needed(question, asking):
            found.mistakes[name_of(question)] = [N_("请填写")]
    if not asking.known and _has_phone(document, found):
        _agree_to_notice(typed, found)
    return found


def phone_of(document: Document, values: Mapping[str, Any]) -> str | None:
    """The number that was told, in E.164."""
    return next((values[each.key] for each in document if each.kind == "phone" and each.key in values), None)


def _has_phone(document: Document, found: Answers) -> bool:
    return phone_of(document, found.values) is not None


def _is_needed(question: Question, asking: Asking) -> bool:
    return question.required or (question.kind == "own" and asking.fields[question.field].required)


def _agree(question: Question, typed: Mapping[str, Any], found: Answers) -> None:
    kind = MARKETING if question.kind == "marketing" else RESTS_ON.get(question.kind)
    if kind is None:
        return
    name = f"{name_of(question)}.{CONSENT}"
    if kind == MARKETING or _ticked(typed.get(name)):
        found.consents.add(kind)
    else:
        found.mistakes[name] = [N_("要您同意，才能记下这一项；不同意就把它留空")]


def _agree_to_notice(typed: Mapping[str, Any], found: Answers) -> None:
    if _ticked(typed.get(CONSENT)):
        found.consents.add(MEMBERSHIP)
    else:
        found.mistakes[CONSENT] = [N_("要先同意，才能提交")]


def _ticked(typed: Any) -> bool:
    return str(typed or "").lower() in {"1", "on", "true"}


def _phone(_question: Question, typed: Mapping[str, Any], _asking: Asking) -> str | None:
    told = str(typed.get("phone") or "").strip()
    try:
        return phones.read_phone(told) if told else None
    except ValueError:
        raise ValueError(N_("请填手机号，例如 138 0013 8000；国外号码以 + 开头")) from None


def _text(question: Question, typed: Mapping[str, Any], _asking: Asking) -> str | None:
    told = clean(str(typed.get(name_of(question)) or ""))
    if len(told) > LONGEST[question.kind]:
        raise ValueError(N_("太长了，写短一点"))
    return told or None


def _birthday(_question: Question, typed: Mapping[str, Any], asking: Asking) -> dict[str, Any] | None:
    parts = {name: typed.get(f"birthday_{name}", "") for name in ("calendar", "month", "day", "year", "leap")}
    if not any(parts[name] for name in ("month", "day", "year")):
        return None
    try:
        told: dict[str, Any] = BirthdayIn().load(parts)
    except ValidationError as error:
        raise ValueError(next(iter(error.messages_dict.values()))[0]) from error
    if birthdays.lies_ahead(Birthday(**told), asking.today):
        raise ValueError(N_("这个生日还没有到，请核对年份"))
    return told


def _child(question: Question, typed: Mapping[str, Any], asking: Asking) -> dict[str, Any] | None:
    name = name_of(question)
    told, called = str(typed.get(f"{name}.born_on") or "").strip(), clean(str(typed.get(f"{name}.name") or ""))
    if not told and not called:
        return None
    born = _day(told)
    if born > asking.today or born.year < FIRST_YEAR:
        raise ValueError(N_("这一天还没有到，请核对") if born > asking.today else N_("年份不对，请核对"))
    if len(called) > 20:
        raise ValueError(N_("太长了，写短一点"))
    sex = str(typed.get(f"{name}.sex") or "unknown")
    return {"name": called, "sex": sex if sex in SEXES else "unknown", "born_on": born.isoformat()}


def _due_date(question: Question, typed: Mapping[str, Any], asking: Asking) -> str | None:
    told = str(typed.get(name_of(question)) or "").strip()
    if not told:
        return None
    due = _day(told)
    if not gestation.is_possible(due, asking.today):
        raise ValueError(N_("这个预产期不对：最远是 40 周以后，最早是 6 周以前"))
    return due.isoformat()


def _day(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise ValueError(N_("请填日期，例如 2026-11-22")) from None


def _fixed(question: Question, typed: Mapping[str, Any], _asking: Asking) -> Any:
    told = str(typed.get(name_of(question)) or "")
    if not told:
        return None
    if told not in FIXED[question.kind]:
        raise ValueError(N_("请从列表里选"))
    return told


def _rating(question: Question, typed: Mapping[str, Any], asking: Asking) -> int | None:
    told = _fixed(question, typed, asking)
    return None if told is None else next(each for each in RATINGS if str(each) == told)


def _marketing(question: Question, typed: Mapping[str, Any], _asking: Asking) -> bool | None:
    return True if _ticked(typed.get(name_of(question))) else None


def _own(question: Question, typed: Mapping[str, Any], asking: Asking) -> Any:
    own = asking.fields[question.field]
    return fields_rules.told(own.kind, fields_rules.read(own.kind, typed.get(name_of(question)), own.choices))


def _plain(question: Question, typed: Mapping[str, Any], _asking: Asking) -> Any:
    """Kinds that are read as own fields of the same name are."""
    choices = [{"key": each.key, "zh": each.zh, "en": each.en} for each in question.choices]
    return fields_rules.told(question.kind, fields_rules.read(question.kind, typed.get(name_of(question)), choices))


_READERS: Mapping[str, Callable[[Question, Mapping[str, Any], Asking], Any]] = {
    "phone": _phone, "name": _text, "text": _text, "words": _text, "birthday": _birthday, "child": _child, "due_date": _due_date,
    "gender": _fixed, "rating": _rating, "marketing": _marketing, "own": _own,
}  # fmt: skip
