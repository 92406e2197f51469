"""Keeping true what follows from the rest: facts that are due, tags by rule, and what grows old."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.members import commands as members
from services.members.models import Member
from services.orders.models import Order
from services.segments.commands.facts import work_out
from services.segments.events import TagAdded, TagRemoved
from services.segments.kinds.kind import Scene, facts
from services.segments.models import FollowMark, MemberTag, Tag
from services.segments.queries.counting import find_meeting
from services.segments.queries.rfm import MARK, class_now
from services.segments.queries.scenes import load_catalogue, load_scene
from services.segments.rules import trees
from services.segments.rules.rfm import WINDOW
from services.segments.rules.trees import Node
from services.shared.actors import SYSTEM, Actor
from services.shared.events import announce

FACTS, TAGS = "facts", "tags"  # what is followed day by day
RULED = Tag.rule.is_not(None) & Tag.archived_at.is_(None)


def follow_due(session: Session, *, limit: int, at: datetime) -> int:
    """Work out what is due of the members who wait longest, and give and take their tags by rule; how many they were."""
    ids = members.hold_due(session, limit=limit)
    if ids:
        scene = load_scene(session, at=at)
        work_out(session, ids, scene)
        tags = session.scalars(select(Tag).where(RULED).order_by(Tag.id)).all()
        catalogue = load_catalogue(session) if tags else {}
        for tag in tags:
            settle_tag(session, tag.id, trees.read(tag.rule, catalogue), ids, scene)
    return len(ids)


def settle_tag(session: Session, tag_id: int, rule: Node, member_ids: Sequence[int], scene: Scene) -> None:
    """Give a tag by rule to those of these members who meet it and take it off the others. No audit: the rule has its own, and the row
    says since when."""
    met = find_meeting(session, rule, scene, member_ids)
    here = (MemberTag.tag_id == tag_id, MemberTag.member_id.in_(member_ids))
    have = set(session.scalars(select(MemberTag.member_id).where(*here)))
    if have - met:
        session.execute(delete(MemberTag).where(*here, MemberTag.member_id.in_(have - met)))
    given = add_rows(session, tag_id, sorted(met - have), actor=SYSTEM, at=scene.at)
    for each in given:
        announce(session, TagAdded(each, tag_id, by_rule=True), at=scene.at)
    for each in sorted(have - met):
        announce(session, TagRemoved(each, tag_id, by_rule=True), at=scene.at)


def add_rows(session: Session, tag_id: int, member_ids: Sequence[int], *, actor: Actor, at: datetime) -> list[int]:
    """Write down who has a tag; those who had none. Part of whoever calls."""
    if not member_ids:
        return []
    kind = {"actor_kind": actor.kind, "actor_id": actor.id, "added_at": at, "tag_id": tag_id}
    into: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = into(MemberTag).values([{"member_id": each, **kind} for each in member_ids]).on_conflict_do_nothing()
    return sorted(session.scalars(statement.returning(MemberTag.member_id)))


def note_followed(session: Session, tag_id: int, rule: Any, *, at: datetime) -> None:
    """Remember that all members were put to this rule; where it was changed meanwhile they are to be once more."""
    tag = session.get(Tag, tag_id)
    if tag is not None and tag.rule == rule:
        tag.followed_at = at


def call_aged(session: Session, *, at: datetime) -> bool:
    """Once a day: call due whose birthday or milestone is over, and of whom an order left the last 365 days. Whether there was anything
    to do."""
    scene = load_scene(session, at=at)
    before = _begin(session, FACTS, scene.today)
    if before is None:
        return False
    over = select(facts.c.member_id).where(or_(facts.c.birthday_on < scene.today, facts.c.milestone_on < scene.today))
    left, leaving = before - timedelta(days=WINDOW), scene.today - timedelta(days=WINDOW)
    near = Order.completed_at.between(
        at - timedelta(days=WINDOW + 2 + (scene.today - before).days), at - timedelta(days=WINDOW - 2)
    )
    whose = func.coalesce(Member.merged_into, Member.id)
    aged = select(whose).join(Order, Order.member_id == Member.id).where(near, Order.day > left, Order.day <= leaving)
    for rows in (over, aged):
        members.call_due(session, rows, at=at)
    return True


def begin_day(session: Session, *, at: datetime) -> bool:
    """Whether all members are still to be put to all rules today; from now on they count as done."""
    return _begin(session, TAGS, load_scene(session, at=at).today) is not None


def begin_month(session: Session, *, at: datetime) -> bool:
    """Whether the classes of RFM are still to be noted this month; from now on they count as noted."""
    return _begin(session, MARK, load_scene(session, at=at).today.replace(day=1)) is not None


def _begin(session: Session, name: str, day: date) -> date | None:
    """The day for which it was done last, where that was before `day`; the first time, the day before."""
    mark = session.get(FollowMark, name, with_for_update=True)
    if mark is None:
        session.add(FollowMark(name=name, day=day))
        return day - timedelta(days=1)
    before, mark.day = mark.day, max(mark.day, day)
    return before if before < day else None


def keep_classes(session: Session, first: int, last: int, *, at: datetime) -> None:
    """Note in which RFM class members (ids from `first` to `last`) are as the month begins."""
    scene = load_scene(session, at=at)
    span = facts.c.member_id.between(first, last)
    session.execute(update(facts).where(span).values(rfm_before=class_now(scene)))
