"""Trees as SQL, over the row of facts.

Two ways to ask whether somebody is among many rows: `in_sets` finds them all at once, `one_by_one` looks each member up. Finding and
counting everybody wants the first; the first page of many, or a few members by name, the second.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, not_, or_, select, true

from services.members.models import Member
from services.segments.kinds.kind import Among, Row, Scene, facts
from services.segments.rules.trees import ALL, Condition, Group, Node, Not, walk

Look = Callable[[Among], ColumnElement[bool]]


def in_sets(test: Among) -> ColumnElement[bool]:
    """Whether the member stands among all that are found. Who does not is looked for one by one: a list of many to be missing from is the
    one thing that PostgreSQL is slow at."""
    return facts.c.member_id.in_(test.rows) if test.holds else one_by_one(test)


def one_by_one(test: Among) -> ColumnElement[bool]:
    """Whether something is found of this member."""
    (column,) = test.rows.selected_columns
    found = exists(test.rows.where(column == facts.c.member_id).correlate(facts))
    return found if test.holds else not_(found)


def select_members(node: Node, scene: Scene, look: Look = in_sets) -> Select[Any]:
    """The ids of living members that meet the tree."""
    rows = select(facts.c.member_id).where(facts.c.living)
    if _asks_profile(node, scene):
        rows = rows.join(Member.__table__, Member.id == facts.c.member_id)
    return rows.where(meets(node, scene, look))


def meets(node: Node, scene: Scene, look: Look, *, opposite: bool = False) -> ColumnElement[bool]:
    """The tree, or its opposite, as a condition on a row of facts. What is unknown meets no condition, and the opposite of each."""
    match node:
        case Group(word, parts):
            met = [meets(part, scene, look, opposite=opposite) for part in parts]
            return and_(true(), *met) if (word == ALL) != opposite else or_(false(), *met)
        case Not(part):
            return meets(part, scene, look, opposite=not opposite)
        case Condition(kind, values):
            test = kind.test(values, scene)
            if isinstance(test, Row):
                return test.where.is_not(true()) if opposite else test.where
            return look(replace(test, holds=test.holds != opposite))


def _asks_profile(node: Node, scene: Scene) -> bool:
    tests = (each.kind.test(each.values, scene) for each in walk(node))
    return any(isinstance(test, Row) and test.profile for test in tests)
