"""A form's document: pages of questions as JSON, read into objects, and what keeps it from being published."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from services.forms.rules.kinds import FIXED, KINDS, OWN, REGISTRATION, Kind
from services.shared.words import N_

EMPTY: Mapping[str, Any] = {"pages": [{"title_zh": "", "title_en": "", "questions": []}], "next": 1}
MOST_PAGES, MOST_QUESTIONS = 10, 40


class OwnField(Protocol):
    """What is known here of one of the shop's own fields (services/fields)."""

    @property
    def kind(self) -> str:
        """As services/fields names it."""

    @property
    def required(self) -> bool:
        """Whether it may not stay empty."""

    @property
    def choices(self) -> tuple[Mapping[str, Any], ...]:
        """What may be chosen: `key`, `zh`, `en`, `archived`."""


@dataclass(frozen=True)
class Choice:
    """One of the owner's choices."""

    key: str
    zh: str
    en: str = ""


@dataclass(frozen=True)
class Condition:
    """That another question was answered with one of these (a choice's key, `1` or `0`, a rating): of several answers, with one of them."""

    question: str
    any_of: tuple[str, ...]

    def holds(self, value: Any) -> bool:
        """Whether this answer meets it; nothing answered meets nothing."""
        given = value if isinstance(value, list) else [value]
        return any(as_key(each) in self.any_of for each in given)


@dataclass(frozen=True)
class Question:
    """A question by its key, which stays; `field` is the key of the own field that is asked."""

    key: str
    kind: str
    label_zh: str = ""
    label_en: str = ""
    help_zh: str = ""
    help_en: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    field: str = ""
    only_if: Condition | None = None

    @property
    def about(self) -> Kind:
        """What its kind is about."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Page:
    """What is asked together."""

    title_zh: str
    title_en: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Document:
    """All pages of a form."""

    pages: tuple[Page, ...] = field(default=())

    @cached_property
    def by_key(self) -> Mapping[str, Question]:
        """Every question in its order."""
        return {each.key: each for page in self.pages for each in page.questions}

    def __iter__(self) -> Iterator[Question]:
        return iter(self.by_key.values())

    def asks(self, kind: str) -> bool:
        """Whether there is a question of this kind."""
        return any(each.kind == kind for each in self)

    def before(self, key: str) -> list[Question]:
        """The questions that stand before this one (all, for one that is not there yet)."""
        keys = list(self.by_key)
        return [self.by_key[each] for each in keys[: keys.index(key) if key in keys else None]]


def read(raw: Mapping[str, Any]) -> Document:
    """The document in its JSON, which `schemas.FormPagesIn` has checked."""
    return Document(
        tuple(
            Page(page["title_zh"], page["title_en"], tuple(_question(each) for each in page["questions"]))
            for page in raw.get("pages", ())
        )
    )


def as_key(value: Any) -> str:
    """An answer as conditions name it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def possible(question: Question, fields: Mapping[str, OwnField]) -> tuple[str, ...]:
    """The answers to a question that a condition can name; none where it cannot look at it."""
    if question.about.chosen:
        return tuple(each.key for each in question.choices)
    if question.kind != OWN:
        return FIXED.get(question.kind, ())
    own = fields.get(question.field)
    if own is None:
        return ()
    return (
        FIXED["yes_no"]
        if own.kind == "yes_no"
        else tuple(str(each["key"]) for each in own.choices if not each["archived"])
    )


def mistakes(document: Document, purpose: str, fields: Mapping[str, OwnField]) -> dict[str, list[str]]:
    """What has to be put right before it can be published, by place: `pages.0.questions.2.label_zh`; empty when it is ready."""
    found: dict[str, list[str]] = {}
    seen: list[Question] = []
    for page_place, page in enumerate(document.pages):
        for place, question in enumerate(page.questions):
            for name, words in _wrong(question, seen, fields):
                found.setdefault(f"pages.{page_place}.questions.{place}.{name}", []).append(words)
            seen.append(question)
    if not seen:
        found["pages"] = [N_("还没有题目")]
    needs_phone = purpose == REGISTRATION or any(each.about.of_member and each.required for each in seen)
    needs_phone = needs_phone or any(each.kind in {"child", "due_date", "marketing"} for each in seen)
    phone = next((each for each in seen if each.kind == "phone"), None)
    if needs_phone and (phone is None or not phone.required or phone.only_if is not None):
        found.setdefault("pages", []).append(N_("要问手机号，而且是必填：不然不知道是谁的资料"))
    return found


def _wrong(question: Question, before: Sequence[Question], fields: Mapping[str, OwnField]) -> Iterator[tuple[str, str]]:
    earlier = {each.key: each for each in before}
    if question.about.once and any(each.kind == question.kind for each in before):
        yield "kind", N_("这一项前面已经问过了")
    if question.kind == OWN and question.field in {each.field for each in before if each.kind == OWN}:
        yield "field", N_("这一项前面已经问过了")
    if question.kind == OWN and question.field not in fields:
        yield "field", N_("这个字段停用了，或者不能放在表单里")
    if question.about.group == "survey" and not question.label_zh:
        yield "label_zh", N_("请填写")
    if question.about.chosen and len(question.choices) < 2:
        yield "choices", N_("至少要有两个选项")
    if question.only_if is not None:
        asked = earlier.get(question.only_if.question)
        if asked is None:
            yield "only_if", N_("条件要看排在前面的题")
        elif not set(question.only_if.any_of) & set(possible(asked, fields)):
            yield "only_if", N_("条件里的答案已经没有了，请重新选")


def _question(raw: Mapping[str, Any]) -> Question:
    only_if = raw.get("only_if")
    plain = {name: raw[name] for name in _PLAIN if name in raw}
    return Question(
        **plain,
        choices=tuple(Choice(each["key"], each["zh"], each.get("en", "")) for each in raw.get("choices", ())),
        only_if=Condition(only_if["question"], tuple(only_if["any_of"])) if only_if else None,
    )


_PLAIN = ("key", "kind", "label_zh", "label_en", "help_zh", "help_en", "required", "field")
