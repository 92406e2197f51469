"""What keeps facts and tags true; every job is safe to run twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select

from services.members.models import MemberFacts
from services.segments.commands import following
from services.segments.models import MemberTag, Tag
from services.segments.queries import load_scene, read_tree, select_members
from services.shared import clock
from services.shared.database import give_way, reading, transaction

AT_A_TIME = 50  # members in one transaction: some milliseconds of lock
WRITTEN = 500  # tags in one transaction
MOST = 200  # portions in one run


def follow_facts() -> None:
    """Work out what is due, a few members at a time."""
    for _ in range(MOST):
        with transaction() as session:
            if following.follow_due(session, limit=AT_A_TIME, at=clock.now()) < AT_A_TIME:
                return
        give_way()


def follow_tags() -> None:
    """Put all members to the rules of tags that are new or were changed."""
    for tag_id in _tags(new=True):
        _follow(tag_id)


def keep_day() -> None:
    """Once a day: what grows old, every tag by rule; at the beginning of a month the classes of RFM."""
    at = clock.now()
    with transaction() as session:
        following.call_aged(session, at=at)
    follow_facts()
    with transaction() as session:
        tags, month = following.begin_day(session, at=at), following.begin_month(session, at=at)
    if month:
        _keep_classes(at)
    if tags:
        for tag_id in _tags():
            _follow(tag_id)


def _tags(*, new: bool = False) -> Sequence[int]:
    query = select(Tag.id).where(following.RULED).order_by(Tag.id)
    with reading() as session:
        return session.scalars(query.where(Tag.followed_at.is_(None)) if new else query).all()


def _follow(tag_id: int) -> None:
    """Who meets the rule and has no tag gets it, who has it and does not meet the rule loses it; a few at a time."""
    at = clock.now()
    with reading() as session:
        rule = session.get_one(Tag, tag_id).rule
        node = read_tree(session, rule)
        met = set(session.scalars(select_members(node, load_scene(session, at=at))))
        have = set(session.scalars(select(MemberTag.member_id).where(MemberTag.tag_id == tag_id)))
    for some in _portions(sorted(met ^ have)):
        with transaction() as session:
            tag = session.get_one(Tag, tag_id)
            if tag.rule != rule or tag.archived_at is not None:
                return  # it was changed: the next run
            following.settle_tag(session, tag_id, node, some, load_scene(session, at=at))
    with transaction() as session:
        following.note_followed(session, tag_id, rule, at=at)


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), WRITTEN):
        yield ids[start : start + WRITTEN]


def _keep_classes(at: datetime) -> None:
    with reading() as session:
        last = session.scalar(select(func.max(MemberFacts.member_id))) or 0
    for first in range(1, last + 1, 5000):
        with transaction() as session:
            following.keep_classes(session, first, first + 4999, at=at)
