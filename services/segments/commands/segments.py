"""Saving segments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.permissions import MEMBERS_READ
from services.segments.models import Segment
from services.segments.permissions import SEGMENTS_CHANGE
from services.segments.queries.named import get_segment
from services.segments.queries.scenes import read_tree
from services.segments.queries.things import require_things
from services.segments.rules import trees
from services.segments.rules.trees import Node
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_

MOST = 200  # that are in use


def create_segment(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Segment:
    """Keep conditions under a name. Raises Invalid, beside each condition, Forbidden for what this actor may not read."""
    actor.require(SEGMENTS_CHANGE)
    _require_room(session)
    node = read_asked(session, data["conditions"], actor)
    segment = Segment(
        name=data["name"], note=data["note"], conditions=trees.tell(node), preset=data.get("preset"),
        created_by=actor.id if actor.kind == "staff" else None, created_at=at, changed_at=at,
    )  # fmt: skip
    session.add(segment)
    session.flush()
    changes = {"name": segment.name, "conditions": segment.conditions}
    audit.record(session, "segments:create", ("segment", segment.id), actor=actor, at=at, changes=changes)
    return segment


def change_segment(
    session: Session, segment_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Segment:
    """Change the name, the note, the conditions. Raises NotFound, Invalid, Forbidden."""
    actor.require(SEGMENTS_CHANGE)
    segment = _hold(session, segment_id, actor)
    told = dict(data)
    if "conditions" in told:
        told["conditions"] = trees.tell(read_asked(session, told["conditions"], actor))
    changes = {name: [getattr(segment, name), new] for name, new in told.items() if getattr(segment, name) != new}
    if not changes:
        return segment
    for name in changes:
        setattr(segment, name, told[name])
    segment.changed_at = at
    audit.record(session, "segments:change", ("segment", segment.id), actor=actor, at=at, changes=changes)
    return segment


def archive_segment(session: Session, segment_id: int, *, actor: Actor, at: datetime) -> Segment:
    """Put it away; what uses it goes on. Done twice it changes nothing. Raises NotFound."""
    actor.require(SEGMENTS_CHANGE)
    segment = _hold(session, segment_id, actor)
    if segment.archived_at is None:
        segment.archived_at = at
        audit.record(session, "segments:archive", ("segment", segment.id), actor=actor, at=at)
    return segment


def restore_segment(session: Session, segment_id: int, *, actor: Actor, at: datetime) -> Segment:
    """Take it back into use. Raises NotFound, Invalid where there are too many by now."""
    actor.require(SEGMENTS_CHANGE)
    segment = _hold(session, segment_id, actor)
    if segment.archived_at is not None:
        _require_room(session)
        segment.archived_at = None
        audit.record(session, "segments:restore", ("segment", segment.id), actor=actor, at=at)
    return segment


def read_asked(session: Session, raw: Any, actor: Actor) -> Node:
    """The tree that `raw` means, of things that there are and that this actor may read. Raises Invalid, Forbidden."""
    node = read_tree(session, raw)
    for permission in sorted({MEMBERS_READ, *trees.permissions_of(node)}):
        actor.require(permission)
    require_things(session, node)
    return node


def _hold(session: Session, segment_id: int, actor: Actor) -> Segment:
    get_segment(session, segment_id, actor=actor)
    return session.get_one(Segment, segment_id, with_for_update=True)


def _require_room(session: Session) -> None:
    living = select(func.count(Segment.id)).where(Segment.archived_at.is_(None))
    if (session.scalar(living) or 0) >= MOST:
        raise Invalid({"name": [N_("客群太多了，先停用不用的")]})
