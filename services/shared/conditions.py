"""Conditions: a tree of all / any / not over named facts, chosen by people, never coded.

One language for list filters, rules and segments. A tree is plain JSON:
`{"all": [{"fact": "source", "is": "walk_in"}, {"not": {"fact": "visits", "at_least": 3}}]}`. It can be checked against a mapping
(`holds`) or turned into SQL (`as_sql`), and both agree.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from services.shared.refusals import Invalid
from services.shared.words import N_

Tree = Mapping[str, Any]
COMPARISONS = ("is", "is_not", "at_least", "at_most", "one_of", "known")


def check(tree: Tree, facts: set[str], *, depth: int = 0) -> None:
    """Raise Invalid when `tree` is not a condition over `facts`."""
    if depth > 6 or not isinstance(tree, Mapping):
        raise _wrong()
    for word in ("all", "any"):
        if word in tree:
            if len(tree) != 1 or not isinstance(tree[word], list):
                raise _wrong()
            for part in tree[word]:
                check(part, facts, depth=depth + 1)
            return
    if "not" in tree:
        if len(tree) != 1:
            raise _wrong()
        check(tree["not"], facts, depth=depth + 1)
        return
    comparison, _ = _leaf(tree)
    if tree["fact"] not in facts or comparison not in COMPARISONS:
        raise _wrong()


def _wrong() -> Invalid:
    return Invalid(code="condition_invalid", text=N_("这个条件看不懂，请重新选择"))


def _leaf(tree: Tree) -> tuple[str, Any]:
    rest = [(key, value) for key, value in tree.items() if key != "fact"]
    if "fact" not in tree or len(rest) != 1:
        raise _wrong()
    return rest[0]


def holds(tree: Tree, facts: Mapping[str, Any]) -> bool:
    """Whether `tree` is true of `facts`. An unknown (None) fact satisfies only `is_not` and `known: false`."""
    if "all" in tree:
        return all(holds(part, facts) for part in tree["all"])
    if "any" in tree:
        return any(holds(part, facts) for part in tree["any"])
    if "not" in tree:
        return not holds(tree["not"], facts)
    comparison, wanted = _leaf(tree)
    value = facts.get(tree["fact"])
    return _compare(comparison, value, wanted)


def _compare(comparison: str, value: Any, wanted: Any) -> bool:
    if comparison == "known":
        return (value is not None) == bool(wanted)
    if comparison == "is_not":
        return bool(value != wanted)
    if value is None:
        return False
    if comparison == "one_of":
        return value in wanted
    if comparison == "is":
        return bool(value == wanted)
    return bool(value >= wanted if comparison == "at_least" else value <= wanted)


def as_sql(tree: Tree, columns: Mapping[str, InstrumentedAttribute[Any] | ColumnElement[Any]]) -> ColumnElement[bool]:
    """The same condition as an SQL expression over `columns`; unknown facts behave as in `holds`."""
    if "all" in tree:
        return and_(true(), *(as_sql(part, columns) for part in tree["all"]))
    if "any" in tree:
        return or_(false(), *(as_sql(part, columns) for part in tree["any"]))
    if "not" in tree:
        return not_(as_sql(tree["not"], columns))
    comparison, wanted = _leaf(tree)
    column = columns[tree["fact"]]
    known = column.is_not(None)
    if comparison == "known":
        return known if wanted else column.is_(None)
    if comparison == "is_not":
        return or_(column.is_(None), column != wanted)
    if comparison == "one_of":
        return and_(known, column.in_(wanted))
    if comparison == "is":
        return and_(known, column == wanted)
    return and_(known, column >= wanted if comparison == "at_least" else column <= wanted)
