"""Which tags there are, and who has them by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.members.commands import call_due
from services.members.permissions import MEMBERS_CHANGE
from services.members.queries import get_member, require_unmerged
from services.segments.commands.following import add_rows
from services.segments.commands.segments import read_asked
from services.segments.errors import TagByHand, TagByRule
from services.segments.events import TagAdded, TagRemoved
from services.segments.models import MemberTag, Tag
from services.segments.permissions import TAGS_CHANGE
from services.segments.queries.named import get_tag
from services.segments.rules import trees
from services.segments.rules.parameters import ONE_OF
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_

MOST = 100  # that are in use


def create_tag(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Tag:
    """Add a tag; with a `rule` the worker puts all members to it within seconds. Raises Invalid, Forbidden."""
    actor.require(TAGS_CHANGE)
    _require_room(session)
    _require_free(session, data["name"])
    tag = Tag(
        name=data["name"], colour=data["colour"], grouping=data["grouping"], rule=_rule(session, data.get("rule"), actor),
        preset=data.get("preset"), created_at=at, changed_at=at,
    )  # fmt: skip
    session.add(tag)
    session.flush()
    changes = {"name": tag.name, "colour": tag.colour} | ({"rule": tag.rule} if tag.rule else {})
    audit.record(session, "tags:create", ("tag", tag.id), actor=actor, at=at, changes=changes)
    return tag


def change_tag(session: Session, tag_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> Tag:
    """Change name, colour, group, or what its rule says. Raises NotFound, Invalid, Forbidden; TagByHand for a rule where people put it
    on, TagByRule for taking the rule away."""
    actor.require(TAGS_CHANGE)
    tag = _hold(session, tag_id, actor)
    told = dict(data)
    if told.get("name", tag.name) != tag.name:
        _require_free(session, told["name"])
    if "rule" in told:
        if (told["rule"] is None) != (tag.rule is None):
            raise TagByHand if tag.rule is None else TagByRule
        told["rule"] = _rule(session, told["rule"], actor)
    changes = {name: [getattr(tag, name), new] for name, new in told.items() if getattr(tag, name) != new}
    if not changes:
        return tag
    for name in changes:
        setattr(tag, name, told[name])
    if "rule" in changes:
        tag.followed_at = None
    tag.changed_at = at
    audit.record(session, "tags:change", ("tag", tag.id), actor=actor, at=at, changes=changes)
    return tag


def archive_tag(session: Session, tag_id: int, *, actor: Actor, at: datetime) -> Tag:
    """Show it no more. Who had it by hand has it again when it is restored; a rule starts anew. Raises NotFound."""
    actor.require(TAGS_CHANGE)
    tag = _hold(session, tag_id, actor)
    if tag.archived_at is None:
        tag.archived_at, tag.changed_at = at, at
        audit.record(session, "tags:archive", ("tag", tag.id), actor=actor, at=at)
        if tag.rule is not None:
            session.execute(delete(MemberTag).where(MemberTag.tag_id == tag.id))
    return tag


def restore_tag(session: Session, tag_id: int, *, actor: Actor, at: datetime) -> Tag:
    """Show it again. Raises NotFound, Invalid where another has its name, or there are too many by now."""
    actor.require(TAGS_CHANGE)
    tag = _hold(session, tag_id, actor)
    if tag.archived_at is not None:
        _require_room(session)
        _require_free(session, tag.name)
        tag.archived_at, tag.changed_at, tag.followed_at = None, at, None
        audit.record(session, "tags:restore", ("tag", tag.id), actor=actor, at=at)
    return tag


def add_tag(session: Session, member_id: int, tag_id: int, *, actor: Actor, at: datetime) -> None:
    """Put a tag on a member by hand; who has it keeps it as it is. Raises NotFound, TagByRule."""
    tag = _by_hand(session, member_id, tag_id, actor)
    if add_rows(session, tag.id, [member_id], actor=actor, at=at):
        changes = {"tag": tag.name}
        audit.record(session, "tags:add", ("member", member_id), actor=actor, at=at, changes=changes)
        call_due(session, [member_id], at=at)
        announce(session, TagAdded(member_id, tag.id, by_rule=False), at=at)


def remove_tag(session: Session, member_id: int, tag_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a tag off a member by hand. Raises NotFound, TagByRule."""
    tag = _by_hand(session, member_id, tag_id, actor)
    gone = delete(MemberTag).where(MemberTag.member_id == member_id, MemberTag.tag_id == tag.id)
    if session.execute(gone.returning(MemberTag.tag_id)).all():
        changes = {"tag": tag.name}
        audit.record(session, "tags:remove", ("member", member_id), actor=actor, at=at, changes=changes)
        call_due(session, [member_id], at=at)
        announce(session, TagRemoved(member_id, tag.id, by_rule=False), at=at)


def forget_tags(session: Session, member_id: int) -> None:
    """Part of an erasure: nobody is tagged any more."""
    session.execute(delete(MemberTag).where(MemberTag.member_id == member_id))


def _by_hand(session: Session, member_id: int, tag_id: int, actor: Actor) -> Tag:
    actor.require(MEMBERS_CHANGE)
    require_unmerged(session, get_member(session, member_id).id)
    tag = _hold(session, tag_id, actor, keep=False)
    if tag.rule is not None:
        raise TagByRule
    return tag


def _rule(session: Session, raw: Any, actor: Actor) -> dict[str, Any] | None:
    """The rule, if there is one. A rule asks about tags by hand alone, or one would wait for another."""
    if raw is None:
        return None
    node = read_asked(session, raw, actor)
    asked = {each for part in trees.walk(node) if part.kind.name == "tag" for each in part.values[ONE_OF]}
    ruled = select(Tag.id).where(Tag.id.in_(asked), Tag.rule.is_not(None))
    if asked and session.scalars(ruled).first() is not None:
        raise Invalid({trees.TOP: [N_("规则里只能用手动打的标签")]}, "conditions_invalid")
    return trees.tell(node)


def _hold(session: Session, tag_id: int, actor: Actor, *, keep: bool = True) -> Tag:
    get_tag(session, tag_id, actor=actor)
    return session.get_one(Tag, tag_id, with_for_update=keep)


def _require_free(session: Session, name: str) -> None:
    if session.scalar(select(Tag.id).where(Tag.name == name, Tag.archived_at.is_(None))) is not None:
        raise Invalid({"name": [N_("已经有一个了，换一个试试")]})


def _require_room(session: Session) -> None:
    living = select(func.count(Tag.id)).where(Tag.archived_at.is_(None))
    if (session.scalar(living) or 0) >= MOST:
        raise Invalid({"name": [N_("标签太多了，先停用不用的")]})
