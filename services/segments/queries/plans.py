"""Trees as SQL, over the row of facts.

Two ways to ask whether somebody is among many rows: `in_sets` finds them all at once, `one_by_one` looks each member up. PostgreSQL knows
how many rows there are of what and counts best by the first; SQLite does not, so it is told where to begin (`plan`). The first page of
many, or a few members by name, want the second on both.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, Select, Table, and_, case, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

from services.members.models import Member
from services.segments.kinds.kind import Among, Row, Scene, facts, weak
from services.segments.rules.trees import ALL, Condition, Group, Node, Not, tell, walk

Look = Callable[[Among], ColumnElement[bool]]

ASKED = 400  # members of whom it is asked what they meet, before all are
SPREAD = 179_424_673  # a prime: times 0, 1, 2 … it goes all over the members
MANY = 20_000  # below so many members every way is fast
FEW = 20_000  # of so many members orders are added up one by one
FRESH, KEPT = timedelta(minutes=10), 1000  # how long an answer counts, and how many are remembered
RARE, RAREST = 6, 20  # what one of so many meets is found by its index; else every row is looked at

_members: Any = Member.__table__
_asked: WeakKeyDictionary[Engine, dict[str, tuple[datetime, int]]] = WeakKeyDictionary()  # in each process
_INDEXED = {next(iter(index.columns)) for table in (facts, _members) for index in table.indexes}


def in_sets(test: Among) -> ColumnElement[bool]:
    """Whether the member stands among all that are found. Who does not is looked for one by one: a list of many to be missing from is the
    one thing that PostgreSQL is slow at."""
    return _listed(test) if test.holds else one_by_one(test)


def one_by_one(test: Among) -> ColumnElement[bool]:
    """Whether something is found of this member."""
    if test.single is not None:
        found = test.single.correlate(facts).exists()
    else:
        (column,) = test.rows.selected_columns
        rows = test.rows if test.grouped is None else test.rows.group_by(column)
        found = exists(rows.where(column == facts.c.member_id).correlate(facts))
    return found if test.holds else not_(found)


def sums_first(test: Among) -> ColumnElement[bool]:
    """As `one_by_one`, but what would read many scattered rows of each member is worked out of all of them first."""
    if not isinstance(test.grouped, weak):
        return one_by_one(test)
    listed = weak(_listed(test))
    return listed if test.holds else not_(listed)


def _listed(test: Among) -> ColumnElement[bool]:
    listed: ColumnElement[bool] = facts.c.member_id.in_(test.everybody)
    return listed


def select_members(node: Node, scene: Scene, look: Look = in_sets) -> Select[Any]:
    """The ids of living members that meet the tree."""
    strong = look is in_sets
    parts = sorted(_parts(node), key=lambda part: _price(part, scene))
    return _living(node, scene).where(*(meets(part, scene, look, strong=strong) for part in parts))


def plan(session: Session, node: Node, scene: Scene, highest: int) -> Select[Any]:
    """The same, as fast as this engine finds all of them; `highest` is about how many members there are."""
    if session.get_bind().dialect.name != "sqlite":
        return select_members(node, scene)
    parts = list(_parts(node))
    if highest < MANY:
        return select_members(node, scene, one_by_one)
    shares = _shares(session, parts, scene, highest)
    order = sorted(range(len(parts)), key=lambda place: (_price(parts[place], scene), shares[place]))
    leading = [place for place in order if shares[place] * RARE < ASKED and _leads(parts[place], scene)]
    if _few_stand(parts, shares, scene):
        leading = [each for each in leading if _price(parts[each], scene) == 0 or shares[each] * RAREST < ASKED]
    first = min(leading, key=lambda place: shares[place], default=None)
    rest: Look = one_by_one if min(shares, default=ASKED) * highest < FEW * ASKED else sums_first
    rows = _living(node, scene) if first is None else _led(_living(node, scene), parts[first], scene)
    return rows.where(*(meets(parts[each], scene, rest, strong=False) for each in order if each != first))


def _few_stand(parts: Sequence[Node], shares: Sequence[int], scene: Scene) -> bool:
    """Whether what stands in the row of facts leaves few: looking at every row is faster then than finding rows elsewhere."""
    here = [
        share
        for part, share in zip(parts, shares, strict=True)
        if not (_price(part, scene) or _asks_profile(part, scene))
    ]
    return bool(math.prod(here) * RAREST < ASKED ** len(here))


def _led(rows: Select[Any], first: Node, scene: Scene) -> Select[Any]:
    """Those who meet `first`, found by it: where it names nobody twice its rows are gone through as they come."""
    test = first.kind.test(first.values, scene) if isinstance(first, Condition) else None
    if not isinstance(test, Among):
        return rows.where(meets(first, scene, in_sets))
    column: Any
    (column,) = test.rows.selected_columns
    once = isinstance(column.table, Table) and column.table.primary_key.columns.keys() == [column.key]
    if test.grouped is not None or not once:
        return rows.where(in_sets(test))
    found = test.rows.subquery()
    return rows.join(found, facts.c.member_id == weak(found.c[column.key]))


def meets(node: Node, scene: Scene, look: Look, *, opposite: bool = False, strong: bool = True) -> ColumnElement[bool]:
    """The tree, or its opposite, as a condition on a row of facts. What is unknown meets no condition, and the opposite of each. `strong`:
    an index may lead to who meets it."""
    match node:
        case Group(word, parts):
            met = [meets(part, scene, look, opposite=opposite, strong=strong) for part in parts]
            return and_(true(), *met) if (word == ALL) != opposite else or_(false(), *met)
        case Not(part):
            return meets(part, scene, look, opposite=not opposite, strong=strong)
        case Condition(kind, values):
            test = kind.test(values, scene)
            if isinstance(test, Row):
                where = test.where.is_not(true()) if opposite else test.where
                return where if strong else weak(where)
            return look(replace(test, holds=test.holds != opposite))


def _living(node: Node, scene: Scene) -> Select[Any]:
    rows = select(facts.c.member_id).where(facts.c.living)
    return rows.join(_members, _members.c.id == facts.c.member_id) if _asks_profile(node, scene) else rows


def _parts(node: Node) -> Iterator[Node]:
    """What all has to be met."""
    if isinstance(node, Group) and node.word == ALL:
        for part in node.parts:
            yield from _parts(part)
    else:
        yield node


def _price(node: Node, scene: Scene) -> int:
    """What is looked at in the row itself comes first, what adds up many rows last."""
    tests = [each.kind.test(each.values, scene) for each in walk(node)]
    prices = (0 if isinstance(test, Row) else 1 if test.grouped is None else 2 for test in tests)
    return max(prices, default=0)


def _shares(session: Session, parts: Sequence[Node], scene: Scene, highest: int) -> list[int]:
    """How many of some members, chosen evenly but in no step, meet each part: asked once in a while, as statistics are."""
    known = _asked.setdefault(session.get_bind().engine, {})
    keys = [json.dumps(tell(part), sort_keys=True) for part in parts]
    stale = scene.at - FRESH
    told = {key: known.get(key, (stale, 0)) for key in keys}
    unknown = [place for place, key in enumerate(keys) if not stale < told[key][0] <= scene.at]
    if unknown:
        chosen = [1 + each * SPREAD % highest for each in range(ASKED)]
        met = [func.count(case((meets(parts[place], scene, one_by_one), 1))) for place in unknown]
        rows = select(*met).select_from(facts.join(_members, _members.c.id == facts.c.member_id))
        counted = session.execute(rows.where(facts.c.member_id.in_(chosen))).one()
        if len(known) > KEPT:
            known.clear()
        fresh = {keys[place]: (scene.at, share) for place, share in zip(unknown, counted, strict=True)}
        known |= fresh
        told |= fresh
    return [told[key][1] for key in keys]


def _leads(node: Node, scene: Scene) -> bool:
    """Whether who meets a part can be found without looking at everybody."""
    if not isinstance(node, Condition):
        return False
    test = node.kind.test(node.values, scene)
    if isinstance(test, Among):
        return test.holds
    return any(each in _INDEXED for each in visitors.iterate(test.where))


def _asks_profile(node: Node, scene: Scene) -> bool:
    tests = (each.kind.test(each.values, scene) for each in walk(node))
    return any(isinstance(test, Row) and test.profile for test in tests)
