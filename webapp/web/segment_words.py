"""Conditions as people say them: 「累计消费至少 ¥200，并且（有标签周末常客，或者买过蛋糕）」."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Flask
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.fields.rules import told
from services.segments.queries import Kind, load_names
from services.segments.rules.parameters import (
    AT_LEAST,
    AT_MOST,
    DAYS,
    IS,
    ONE_OF,
    Between,
    Chosen,
    Parameter,
    Period,
    Written,
    Yes,
)
from services.segments.rules.trees import ALL, Condition, Group, Node, Not
from webapp.web import edge, i18n
from webapp.web.loyalty_words import yuan
from webapp.web.member_words import source_words

Names = Mapping[tuple[str, int], str]
LANGUAGES = ("zh", "en")


def init_app(app: Flask) -> None:
    """Register `kind|kind_label`, `parameter|parameter_kind`, `node|sentence`."""
    app.jinja_env.filters.update(kind_label=label, sentence=sentence, parameter_kind=parameter_kind)


def label(kind: Kind) -> str:
    """What the builder calls a kind; the shop's own field by its name."""
    return (kind.labels.get(i18n.choose()) or kind.labels["zh"]) if kind.labels else str(_(kind.label))


def parameter_kind(parameter: Parameter) -> str:
    """`between`, `chosen`, `period`, `yes` or `written`."""
    return type(parameter).__name__.lower()


def choice_words(parameter: Chosen, key: str) -> str:
    """What one of a fixed list is called."""
    return _Speaker({}).name(parameter, key)


def sentence(node: Node, session: Session | None = None) -> str:
    """The whole tree in one sentence, in the reader's language."""
    return _Speaker(load_names(session or edge.read(), node)).say(node)


def in_both(session: Session, node: Node) -> dict[str, str]:
    """The sentence in every language, for programs."""
    speaker = _Speaker(load_names(session, node))
    said = {}
    for language in LANGUAGES:
        with force_locale(language):
            said[language] = speaker.say(node, language)
    return said


class _Speaker:
    def __init__(self, names: Names) -> None:
        self.names, self.language = names, i18n.choose()

    def say(self, node: Node, language: str = "") -> str:
        self.language = language or i18n.choose()
        return self._say(node, outer=True)

    def _say(self, node: Node, *, outer: bool = False) -> str:
        match node:
            case Group(_word, ()):
                return str(_("所有会员"))
            case Group(_word, (part,)):
                return self._say(part, outer=outer)
            case Group(word, parts):
                words = str(_("，并且") if word == ALL else _("，或者")).join(self._say(part) for part in parts)
                return words if outer else str(_("（%(words)s）", words=words))
            case Not(part):
                return str(_("不是「%(words)s」", words=self._say(part, outer=True)))
            case Condition(kind, values):
                return str(_("，")).join(self._clauses(kind, values))

    def _clauses(self, kind: Kind, values: Mapping[str, Any]) -> Iterator[str]:
        """The sentence of the kind, and what is asked beside it."""
        words, places, beside = kind.words, {"field": self._field(kind)}, []
        for parameter in kind.parameters:
            match parameter:
                case Between(unit, required, more):
                    if AT_LEAST in values or AT_MOST in values:
                        places["range"] = range_words(unit, values)
                        beside += [] if required else [more]
                case Period(required, more):
                    if DAYS in values:
                        places["days"] = str(values[DAYS])
                        beside += [] if required else [more]
                case Chosen():
                    places["which"] = self._which(parameter, values[ONE_OF])
                case Yes(negative):
                    words = words if values[IS] else negative
                case Written():
                    places["is"] = values[IS]
        yield str(_(words, **places))
        yield from (str(_(each, **places)) for each in beside)

    def _field(self, kind: Kind) -> str:
        return (kind.labels.get(self.language) or kind.labels["zh"]) if kind.labels else ""

    def _which(self, parameter: Chosen, chosen: Sequence[Any]) -> str:
        words = [self.name(parameter, each) for each in chosen]
        return str(_("或")).join([str(_("、")).join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]

    def name(self, parameter: Chosen, key: Any) -> str:
        """What was chosen, in words."""
        if parameter.named:
            return source_words(str(key))
        if parameter.english is not None:
            found = (parameter.english if self.language == "en" else parameter.fixed or {}).get(key)
            return found or str(key)
        if parameter.fixed is not None:
            return str(_(parameter.fixed[key]))
        return self.names.get((parameter.of, key), str(key))


def range_words(unit: str, values: Mapping[str, Any]) -> str:
    """`至少 ¥200`, `最多 3 次`, `2 个月到 4 个月`, `5 分`."""
    least, most = values.get(AT_LEAST), values.get(AT_MOST)
    if least == most:
        return amount(unit, least)
    if most is None:
        return str(_("至少 %(amount)s", amount=amount(unit, least)))
    if least is None:
        return str(_("最多 %(amount)s", amount=amount(unit, most)))
    return str(_("%(least)s 到 %(most)s", least=amount(unit, least), most=amount(unit, most)))


def amount(unit: str, value: Any) -> str:
    """A number with its unit."""
    match unit:
        case "money":
            return yuan(value)
        case "percent":
            return f"{value}%"
        case "hours":
            return f"{value}:00"
        case "number":
            return str(told("number", value))
        case "days":
            return str(ngettext("%(num)s 天", "%(num)s 天", value))
        case "months":
            return str(ngettext("%(num)s 个月", "%(num)s 个月", value))
        case "times":
            return str(ngettext("%(num)s 次", "%(num)s 次", value))
        case "pieces":
            return str(ngettext("%(num)s 份", "%(num)s 份", value))
        case "points":
            return str(ngettext("%(num)s 分", "%(num)s 分", value))
        case "kinds":
            return str(ngettext("%(num)s 样", "%(num)s 样", value))
    return str(ngettext("%(num)s 个", "%(num)s 个", value))
