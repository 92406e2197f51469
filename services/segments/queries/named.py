"""Saved segments and tags, as far as somebody may see them: nobody learns by either what they may not read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.members.permissions import MEMBERS_READ
from services.segments.kinds import Kind
from services.segments.models import MemberTag, Segment, Tag
from services.segments.queries.scenes import load_catalogue
from services.segments.rules import trees
from services.segments.rules.trees import Node
from services.shared.actors import Actor
from services.shared.refusals import NotFound


@dataclass(frozen=True)
class SegmentCard:
    """A saved segment; `conditions` is its tree in JSON, `node` the same to be asked."""

    id: int
    name: str
    note: str
    conditions: Mapping[str, Any]
    node: Node
    changed_at: datetime
    archived: bool

    def visible_to(self, actor: Actor) -> bool:
        """Whether this actor may see whom it finds."""
        return may_ask(actor, self.node)


@dataclass(frozen=True)
class TagCard:
    """A tag; `rule` is its tree in JSON (None: put on by hand), `node` the same to be asked, `members` how many have it where counted."""

    id: int
    name: str
    colour: str
    grouping: str
    rule: Mapping[str, Any] | None
    node: Node | None
    archived: bool
    members: int | None = None
    followed: bool = True

    def visible_to(self, actor: Actor) -> bool:
        """Whether this actor may see who has it: a rule may tell what is not for everybody."""
        return self.node is None or may_ask(actor, self.node)


@dataclass(frozen=True)
class Worn:
    """A tag of a member: since when, and who put it on (None: its rule, or the shop's own system)."""

    tag: TagCard
    added_at: datetime
    actor_kind: str
    actor_id: int | None = field(default=None)

    @property
    def id(self) -> int:
        """The tag's."""
        return self.tag.id


def may_ask(actor: Actor, node: Node) -> bool:
    """Whether this actor may read members, and all that the tree asks about them."""
    return all(actor.may(permission) for permission in {MEMBERS_READ, *trees.permissions_of(node)})


def list_segments(
    session: Session, *, actor: Actor, archived: bool = False, after: int | None = None, limit: int = 200
) -> list[SegmentCard]:
    """The segments that this actor may see, by id; those put away too where `archived`."""
    query = select(Segment).where(Segment.id > (after or 0)).order_by(Segment.id)
    rows = session.scalars(query if archived else query.where(Segment.archived_at.is_(None))).all()
    catalogue = load_catalogue(session) if rows else {}
    cards = (_segment(row, catalogue) for row in rows)
    return list(islice((card for card in cards if card.visible_to(actor)), limit))


def get_segment(session: Session, segment_id: int, *, actor: Actor) -> SegmentCard:
    """One segment, put away or not. Raises NotFound, also for one whose conditions are not for this actor."""
    row = session.get(Segment, segment_id) if 0 < segment_id < 2**63 else None
    card = _segment(row, load_catalogue(session)) if row is not None else None
    if card is None or not card.visible_to(actor):
        raise NotFound("segment_not_found")
    return card


def list_tags(session: Session, *, actor: Actor, archived: bool = False, counted: bool = False) -> list[TagCard]:
    """The tags that this actor may see, by group and name; with how many living members have each where `counted`."""
    query = select(Tag).order_by(Tag.archived_at.is_not(None), Tag.grouping, Tag.name)
    rows = session.scalars(query if archived else query.where(Tag.archived_at.is_(None))).all()
    counts = _counts(session) if counted else {}
    cards = _tags(session, rows, counts if counted else None)
    return [card for card in cards if card.visible_to(actor)]


def get_tag(session: Session, tag_id: int, *, actor: Actor) -> TagCard:
    """One tag, put away or not. Raises NotFound, also for one whose rule is not for this actor."""
    row = session.get(Tag, tag_id) if 0 < tag_id < 2**63 else None
    if row is None or not (card := _tags(session, [row])[0]).visible_to(actor):
        raise NotFound("tag_not_found")
    return card


def list_worn(session: Session, member_ids: Collection[int], *, actor: Actor) -> dict[int, list[Worn]]:
    """The tags of these members that this actor may see, by group and name. Two queries however many members, three with rules."""
    found: dict[int, list[Worn]] = {each: [] for each in member_ids}
    query = select(MemberTag, Tag).join(Tag, Tag.id == MemberTag.tag_id).order_by(Tag.grouping, Tag.name)
    rows = session.execute(query.where(MemberTag.member_id.in_(found), Tag.archived_at.is_(None))).all()
    cards = {card.id: card for card in _tags(session, [tag for _, tag in rows])}
    for worn, tag in rows:
        if cards[tag.id].visible_to(actor):
            found[worn.member_id].append(Worn(cards[tag.id], worn.added_at, worn.actor_kind, worn.actor_id))
    return found


def _segment(row: Segment, catalogue: Mapping[str, Kind]) -> SegmentCard:
    node = trees.read(row.conditions, catalogue)
    return SegmentCard(
        row.id, row.name, row.note, row.conditions, node, row.changed_at, row.archived_at is not None
    )  # fmt: skip


def _tags(session: Session, rows: Sequence[Tag], counts: Mapping[int, int] | None = None) -> list[TagCard]:
    catalogue = load_catalogue(session) if any(row.rule for row in rows) else {}
    return [
        TagCard(
            row.id, row.name, row.colour, row.grouping, row.rule, trees.read(row.rule, catalogue) if row.rule else None,
            row.archived_at is not None, None if counts is None else counts.get(row.id, 0),
            row.rule is None or row.followed_at is not None,
        )
        for row in rows
    ]  # fmt: skip


def _counts(session: Session) -> dict[int, int]:
    query = select(MemberTag.tag_id, func.count()).group_by(MemberTag.tag_id)
    return dict(session.execute(query).tuples().all())
