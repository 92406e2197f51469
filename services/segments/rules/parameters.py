"""What a condition asks beyond its kind: a range, some of a list, a period, yes or no. Each knows its fields in JSON and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from services.fields import rules as answers
from services.shared.fields import Identifier, Money, Text, Whole
from services.shared.words import N_

Values = Mapping[str, Any]
AT_LEAST, AT_MOST, ONE_OF, DAYS, IS = "at_least", "at_most", "one_of", "days", "is"
MOST_CHOSEN, LONGEST_PERIOD = 50, 3650
# The smallest and largest number that may be asked for, by unit; money is fen, a number is thousandths.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "days": (0, 36500), "months": (0, 1200), "money": (0, 10**11), "times": (0, 10**6), "pieces": (0, 10**6),
    "points": (-(10**9), 10**9), "percent": (0, 100), "hours": (0, 23), "children": (0, 50), "kinds": (0, 10**4),
    "number": (-(10**15), 10**15),
}  # fmt: skip


@dataclass(frozen=True)
class Between:
    """A range, both ends included; one end is enough. `words`: how it is told where it is not `required`."""

    unit: str
    required: bool = True
    words: str = ""

    def fields(self) -> dict[str, fields.Field[Any]]:
        """Both ends."""
        least, most = BOUNDS[self.unit]
        made: type[Any] = {"money": Money, "number": Thousandths}.get(self.unit, Whole)
        return {name: made(least=least, most=most) for name in (AT_LEAST, AT_MOST)}

    def mistakes(self, values: Values) -> dict[str, list[str]]:
        """No end, or the wrong way round."""
        least, most = values.get(AT_LEAST), values.get(AT_MOST)
        if self.required and least is None and most is None:
            return {AT_LEAST: [N_("请填写")]}
        if least is not None and most is not None and least > most:
            return {AT_MOST: [N_("要比前面的大")]}
        return {}


@dataclass(frozen=True)
class Chosen:
    """Any of a list. `of` names the list; `fixed` are its keys and words where it is always the same (`english`: where the shop wrote
    them), else ids of rows (`named`: or words of a setting)."""

    of: str
    fixed: Mapping[str, str] | None = None
    named: bool = False
    english: Mapping[str, str] | None = None

    def fields(self) -> dict[str, fields.Field[Any]]:
        """The list."""
        part: fields.Field[Any] = Identifier()
        if self.fixed is not None:
            part = Text(validate=validate.OneOf(tuple(self.fixed), error=N_("请从列表里选")))
        elif self.named:
            part = Text(validate=validate.Length(1, 40))
        return {ONE_OF: fields.List(part, validate=validate.Length(max=MOST_CHOSEN, error=N_("选得太多了")))}

    def mistakes(self, values: Values) -> dict[str, list[str]]:
        """Nothing chosen."""
        return {} if values.get(ONE_OF) else {ONE_OF: [N_("至少选一个")]}


@dataclass(frozen=True)
class Period:
    """The last so many days, today included."""

    required: bool = True
    words: str = ""

    def fields(self) -> dict[str, fields.Field[Any]]:
        """The number of days."""
        return {DAYS: Whole(least=1, most=LONGEST_PERIOD)}

    def mistakes(self, values: Values) -> dict[str, list[str]]:
        """No number where one is needed."""
        return {DAYS: [N_("请填写")]} if self.required and values.get(DAYS) is None else {}


@dataclass(frozen=True)
class Yes:
    """Whether it is so or not so; `negative` are the words where it is not."""

    negative: str

    def fields(self) -> dict[str, fields.Field[Any]]:
        """The answer."""
        return {IS: fields.Boolean(load_default=True)}

    def mistakes(self, _values: Values) -> dict[str, list[str]]:
        """Nothing can be wrong."""
        return {}


@dataclass(frozen=True)
class Written:
    """Words that have to stand in a text."""

    def fields(self) -> dict[str, fields.Field[Any]]:
        """The words."""
        return {IS: Text(validate=validate.Length(max=60))}

    def mistakes(self, values: Values) -> dict[str, list[str]]:
        """No words."""
        return {} if values.get(IS) else {IS: [N_("请填写")]}


Parameter = Between | Chosen | Period | Yes | Written


class Thousandths(fields.Field[int]):
    """A number with up to three decimals outside, thousandths inside (services/fields)."""

    default_error_messages = {"invalid": N_("请填数字，最多三位小数"), "range": N_("超出了可以填的范围")}

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(answers.told("number", value))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            read = answers.read("number", value)
        except ValueError:
            raise self.make_error("invalid") from None
        if not isinstance(read, int):
            raise self.make_error("invalid")
        if not self.least <= read <= self.most:
            raise self.make_error("range")
        return read
