"""Writing interactions down, taking one back, forgetting them with their member."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.interactions.events import InteractionNoted
from services.interactions.models import Interaction
from services.interactions.permissions import INTERACTIONS_CREATE, INTERACTIONS_REMOVE
from services.interactions.queries import get_interaction
from services.interactions.rules import LATEST, may_take_back
from services.members.errors import MemberErased
from services.members.queries import get_member, require_unmerged
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores.queries import get_named_store


def note_interaction(
    session: Session, member_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Interaction:
    """Write down what staff and this member had to do with each other. Raises NotFound, MemberErased, MemberMerged, Invalid,
    Forbidden."""
    store_id = data.get("store_id")
    actor.require(INTERACTIONS_CREATE)
    if get_member(session, member_id).erased:
        raise MemberErased
    require_unmerged(session, member_id)
    if store_id is not None:
        get_named_store(session, store_id, actor=actor)
    when = data.get("at") or at
    if when > at + LATEST:
        raise Invalid({"at": [N_("这个时间还没有到")]})
    row = Interaction(
        member_id=member_id, store_id=store_id, kind=data["kind"], words=data["words"], at=when,
        staff_id=actor.id if actor.kind == "staff" else None, created_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    changes = {"kind": row.kind, "note": row.words}
    audit.record(
        session, "interactions:create", ("interaction", row.id), member_id=member_id, actor=actor, at=at, changes=changes,
        store_id=store_id,
    )  # fmt: skip
    announce(session, InteractionNoted(member_id, row.id, row.kind), at=at)
    return row


def remove_interaction(session: Session, member_id: int, interaction_id: int, *, actor: Actor, at: datetime) -> None:
    """Take one back: one's own for a day, afterwards and others' with `interactions:remove`. Raises NotFound, Forbidden."""
    told = get_interaction(session, interaction_id, member_id=member_id)
    reader = actor.id if actor.kind == "staff" else None
    if not may_take_back(told.staff_id, told.created_at, reader, at):
        actor.require(INTERACTIONS_REMOVE, told.store_id)
    session.execute(delete(Interaction).where(Interaction.id == told.id))
    changes = {"kind": told.kind, "note": [told.words, ""]}
    audit.record(
        session, "interactions:remove", ("interaction", told.id), member_id=member_id, actor=actor, at=at, changes=changes,
        store_id=told.store_id,
    )  # fmt: skip


def forget_interactions(session: Session, member_id: int) -> None:
    """What is left of them when their member is erased: nothing."""
    session.execute(delete(Interaction).where(Interaction.member_id == member_id))
