"""Who may write about a family, and whether its consent is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.family.errors import ConsentNeeded, FamilyFull
from services.family.models import Child, Pregnancy
from services.members.commands import note_consent
from services.members.errors import MemberErased
from services.members.queries import get_member, holds_consent, require_unmerged
from services.shared.actors import Actor

MOST = 20  # children, and as many pregnancies, of one member


def require_family(session: Session, member_id: int, permission: str, *, actor: Actor) -> None:
    """The member themselves, or who has the permission; never of somebody erased. Raises Forbidden, NotFound, MemberErased."""
    if not (actor.kind == "member" and actor.id == member_id):
        actor.require(permission)
    if get_member(session, member_id).erased:
        raise MemberErased
    require_unmerged(session, member_id)


def require_consent(
    session: Session, member_id: int, kind: str, told: Mapping[str, Any], *, actor: Actor, at: datetime
) -> None:
    """What is to be kept rests on a consent that holds, or that is given with it (`told`). Raises ConsentNeeded."""
    if holds_consent(session, member_id, kind):
        return
    if not told.get(f"{kind}_consent"):
        raise ConsentNeeded(kind)
    note_consent(session, member_id, kind, actor=actor, at=at)


def require_room(session: Session, member_id: int, model: type[Child] | type[Pregnancy]) -> None:
    """Raises FamilyFull where there are as many as anybody has."""
    if (session.scalar(select(func.count(model.id)).where(model.member_id == member_id)) or 0) >= MOST:
        raise FamilyFull
