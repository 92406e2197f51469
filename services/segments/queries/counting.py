"""How many members meet a tree, who they are, and what it shares with another."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.members.queries import MemberCard, get_cards
from services.segments.kinds.kind import Among, Scene, facts
from services.segments.queries.plans import in_sets, one_by_one, plan, select_members
from services.segments.rules.trees import ALL, EVERYBODY, Group, Node

SAMPLE = 3
FEW = 2000  # so many members are looked up one by one in no time
DENSE = 2500  # one of so many: a page is found by walking
NEAR = 2000  # so many of the newest are looked at first in any case


@dataclass(frozen=True)
class Preview:
    """What a tree brings: how many of how many, how many are left after each of its first conditions, some of them by name, and how many
    can be reached by push."""

    count: int
    everybody: int
    steps: Sequence[int]
    sample: Sequence[MemberCard]


def count_meeting(session: Session, node: Node, scene: Scene, *, within: Select[int] | None = None) -> int:
    """How many living members meet the tree; `within` (ids) narrows it."""
    return _count(session, _within(plan(session, node, scene, _highest(session)), within))


def count_overlap(session: Session, node: Node, other: Node, scene: Scene) -> int:
    """How many meet both."""
    return count_meeting(session, Group(ALL, (node, other)), scene)


def list_meeting(
    session: Session,
    node: Node,
    scene: Scene,
    *,
    after: int | None = None,
    limit: int = 50,
    count: int | None = None,
    within: Select[int] | None = None,
) -> list[int]:
    """The ids of living members that meet the tree, the newest cards first; `after` is the id where the last page ended. `count`: how many
    there are, where that is known: it chooses the way. `within` (ids) narrows it."""
    highest = _highest(session)
    begin = highest + 1 if after is None else after
    end = 0 if count is not None and count * DENSE > highest else begin - NEAR  # many are found among the newest
    walked = select_members(node, scene, one_by_one).where(facts.c.member_id >= end)
    found = _newest(session, _within(walked, within), begin, limit)
    if len(found) < limit and end > 0:
        found += _newest(session, _within(plan(session, node, scene, highest), within), end, limit - len(found))
    return found


def _newest(session: Session, rows: Select[Any], before: int, limit: int) -> list[int]:
    rows = rows.where(facts.c.member_id < before)
    return list(session.scalars(rows.order_by(facts.c.member_id.desc()).limit(limit)))


def find_meeting(session: Session, node: Node, scene: Scene, member_ids: Collection[int]) -> set[int]:
    """Which of these members meet the tree."""
    few = len(member_ids) <= FEW
    rows = select_members(node, scene, one_by_one if few else in_sets)
    return set(session.scalars(rows.where(facts.c.member_id.in_(member_ids))))


def preview(session: Session, node: Node, scene: Scene, *, after: int | None = None) -> Preview:
    """What somebody who is writing a tree wants to know of it; the sample goes on `after` an id."""
    count = count_meeting(session, node, scene)
    everybody = _count(session, select_members(EVERYBODY, scene))
    ids = list_meeting(session, node, scene, after=after, limit=SAMPLE, count=count) if count else []
    return Preview(count, everybody, _steps(session, node, scene, count), get_cards(session, ids))


def _within(rows: Select[int], within: Select[int] | None) -> Select[int]:
    return rows if within is None else rows.where(one_by_one(Among(within)))


def _highest(session: Session) -> int:
    """About how many members there are: counting them would take longer than a page."""
    return session.scalar(select(func.max(facts.c.member_id))) or 0


def _steps(session: Session, node: Node, scene: Scene, count: int) -> list[int]:
    """How many are left after each part of an `all`; nothing where there is one part or another kind of tree."""
    if not isinstance(node, Group) or node.word != ALL or len(node.parts) < 2:
        return []
    begun = [Group(ALL, node.parts[:length]) for length in range(1, len(node.parts))]
    return [*(count_meeting(session, each, scene) for each in begun), count]


def _count(session: Session, rows: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
