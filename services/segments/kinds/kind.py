"""What a kind of condition is, and the moment at which conditions are asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from marshmallow import RAISE, Schema, ValidationError
from sqlalchemy import ColumnElement, Select, and_, false, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from services.members.models import MemberFacts
from services.members.permissions import MEMBERS_READ
from services.segments.rules.parameters import AT_LEAST, AT_MOST, Parameter
from services.segments.rules.rfm import Cuts
from services.shared.days import day_bounds
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.settings import Settings

Values = Mapping[str, Any]
facts: Any = MemberFacts.__table__


@dataclass(frozen=True)
class Scene:
    """When and where conditions are asked: the shop's day and settings. `floors`: the first text of each consent that still counts;
    `launches`: on which day a product was new."""

    at: datetime
    today: date
    settings: Settings
    floors: Mapping[str, int] = field(default_factory=dict)
    launches: Mapping[int, date] = field(default_factory=dict)

    @property
    def cuts(self) -> Cuts:
        """Where RFM cuts."""
        named = self.settings
        return Cuts(named["rfm.days"], named["rfm.orders"], named["rfm.spent"])

    def day_began(self, days_ago: int) -> datetime:
        """The first moment of the shop's day so many days ago."""
        return day_bounds(self.today - timedelta(days=days_ago), self.settings.zone)[0]

    def since(self, days: int) -> date:
        """The first day of the last so many, today included."""
        return self.today - timedelta(days=days - 1)


class weak(FunctionElement[Any]):  # noqa: N801 (reads as a function of SQL)
    """A test, or what is grouped by, for which SQLite shall not look for an index: it takes every range for a narrow one, and sorting for
    dear."""

    type = NullType()
    inherit_cache = True


@compiles(weak)
def _plain(element: Any, compiler: Any, **named: Any) -> str:
    return f"({compiler.process(element.clauses, **named)})"


@compiles(weak, "sqlite")
def _unindexed(element: Any, compiler: Any, **named: Any) -> str:
    return f"+({compiler.process(element.clauses, **named)})"


@dataclass(frozen=True)
class Row:
    """A test on what stands in one row per member: the facts, or with `profile` the member."""

    where: ColumnElement[bool]
    profile: bool = False


@dataclass(frozen=True)
class Among:
    """Whether a member is among (not `holds`: not among) those that `rows`, a select of nothing but their ids, finds. `grouped`: it
    adds up many rows of each, put together by this column. `single`: how it is asked of the one member of `facts`, where that is not
    simply a row of theirs."""

    rows: Select[Any]
    holds: bool = True
    grouped: Any = None
    single: Select[Any] | None = None

    @property
    def everybody(self) -> Select[Any]:
        """The ids of all who are found."""
        return self.rows if self.grouped is None else self.rows.group_by(self.grouped)


Test = Row | Among


@dataclass(frozen=True)
class Kind:
    """A kind of condition. `label` and `words` are msgids: what the builder calls it, and the sentence with its places. `permission` is
    what somebody must be allowed to read in order to ask."""

    name: str
    group: str
    label: str
    words: str
    parameters: tuple[Parameter, ...]
    test: Callable[[Values, Scene], Test]
    permission: str = MEMBERS_READ
    labels: Mapping[str, str] = field(default_factory=dict)  # by language, where the shop itself named it
    offered: bool = True

    @cached_property
    def schema(self) -> Schema:
        """What a condition of this kind says in JSON."""
        found = {name: each for parameter in self.parameters for name, each in parameter.fields().items()}
        for each in found.values():
            each.allow_none = True
        return Schema.from_dict({**found})(unknown=RAISE)

    def read(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """What was sent, as values; what is empty is not there. Raises Invalid with the mistakes by field."""
        filled = {name: value for name, value in sent.items() if value not in ("", None, [])}
        try:
            values: dict[str, Any] = self.schema.load(filled)
        except ValidationError as error:
            raise Invalid({name: _words(said) for name, said in error.messages_dict.items()}) from error
        mistakes = {name: said for each in self.parameters for name, said in each.mistakes(values).items()}
        if mistakes:
            raise Invalid(mistakes)
        return values

    def told(self, values: Values) -> dict[str, Any]:
        """The values as JSON."""
        told: dict[str, Any] = self.schema.dump(values)
        return {name: value for name, value in told.items() if value is not None}


def _words(said: Any) -> list[str]:
    """The words of a field's mistakes, also of the parts of a list."""
    if isinstance(said, Mapping):
        return [word for part in said.values() for word in _words(part)][:1]
    return [N_("没有这一项") if word == "Unknown field." else str(word) for word in said]


def within(column: Any, values: Values) -> ColumnElement[bool]:
    """Whether `column` lies in the range."""
    least, most = values.get(AT_LEAST), values.get(AT_MOST)
    if least is not None and least == most:
        return column == least  # type: ignore[no-any-return]
    ends = [] if least is None else [column >= least]
    return and_(true(), *ends, *([] if most is None else [column <= most]))


def outside(column: Any, values: Values) -> ColumnElement[bool]:
    """Whether `column` lies outside of the range."""
    least, most = values.get(AT_LEAST), values.get(AT_MOST)
    below: Any = false() if least is None else column < least
    above: Any = false() if most is None else column > most
    return or_(below, above)


def has_zero(values: Values) -> bool:
    """Whether who has none of it meets the range."""
    return (values.get(AT_LEAST) or 0) <= 0 <= (0 if values.get(AT_MOST) is None else values[AT_MOST])


def days_ago(column: Any, values: Values, scene: Scene) -> ColumnElement[bool]:
    """Whether a moment lies so many of the shop's days back (0: today)."""
    least, most = values.get(AT_LEAST), values.get(AT_MOST)
    ends = [] if least is None else [column < scene.day_began(least - 1)]
    return and_(true(), *ends, *([] if most is None else [column >= scene.day_began(most)]))


def days_ahead(column: Any, values: Values, scene: Scene) -> ColumnElement[bool]:
    """Whether a day lies so many days ahead (0: today); a day that is over does not."""
    least, most = values.get(AT_LEAST) or 0, values.get(AT_MOST)
    ends = [column >= scene.today + timedelta(days=least)]
    return and_(*ends, *([] if most is None else [column <= scene.today + timedelta(days=most)]))


def summed(rows: Select[Any], column: Any, amount: Any, values: Values) -> Among:
    """Members of whom `amount`, a sum over `rows` (a select of member ids, put together by `column`), lies in the range; who has no row has
    nothing."""
    if has_zero(values):
        return Among(rows.having(outside(amount, values)), holds=False, grouped=column)
    return Among(rows.having(within(amount, values)), grouped=column)


def held(rows: Select[Any], amount: Any, values: Values) -> Among:
    """The same where there is one row per member with `amount` in it."""
    if has_zero(values):
        return Among(rows.where(outside(amount, values)), holds=False)
    return Among(rows.where(within(amount, values)))
