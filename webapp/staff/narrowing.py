"""A list of members narrowed to a segment (`?segment=`) or a tag (`?tag=`), as far as the reader may know who is in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from services.members import queries as members
from services.members.queries import MemberCard
from services.segments import queries
from services.segments.permissions import SEGMENTS_READ
from services.segments.queries import Scene
from services.segments.rules.trees import Condition, Node
from services.shared import clock
from services.shared.conditions import Tree
from webapp.web import edge

MOST = 1000


@dataclass(frozen=True)
class Narrowed:
    """What the list is narrowed to, and how it is called."""

    name: str
    node: Node
    scene: Scene

    def list_members(self, session: Session, where: Tree, *, after: int | None, limit: int) -> list[MemberCard]:
        """As members.queries.list_members, of these."""
        ids = queries.list_meeting(
            session, self.node, self.scene, after=after, limit=limit, within=members.select_matching(where)
        )
        return members.get_cards(session, ids)

    def count_members(self, session: Session, where: Tree) -> int:
        """As members.queries.count_members, of these."""
        return min(
            queries.count_meeting(session, self.node, self.scene, within=members.select_matching(where)), MOST
        )  # fmt: skip

    def only(self, session: Session, cards: Sequence[MemberCard]) -> list[MemberCard]:
        """Those of the cards that are among these."""
        met = queries.find_meeting(session, self.node, self.scene, [card.id for card in cards])
        return [card for card in cards if card.id in met]


def asked(session: Session) -> Narrowed | None:
    """What the address asks for. Raises NotFound, Forbidden."""
    actor, scene_at = edge.actor(), clock.now()
    if segment_id := _number("segment"):
        actor.require(SEGMENTS_READ)
        card = queries.get_segment(session, segment_id, actor=actor)
        return Narrowed(card.name, card.node, queries.load_scene(session, at=scene_at))
    if tag_id := _number("tag"):
        tag = queries.get_tag(session, tag_id, actor=actor)
        node = Condition(queries.load_catalogue(session)["tag"], {"one_of": [tag.id]})
        return Narrowed(tag.name, node, queries.load_scene(session, at=scene_at))
    return None


def _number(name: str) -> int | None:
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None
