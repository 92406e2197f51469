"""Reading interactions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.identity.models import Staff
from services.interactions.models import Interaction
from services.members.queries import list_own_ids
from services.shared.refusals import NotFound

HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class InteractionView:
    """An interaction with the name of who wrote it down."""

    id: int
    member_id: int
    store_id: int | None
    kind: str
    words: str
    at: datetime
    staff_id: int | None
    staff_name: str
    created_at: datetime


def list_interactions(
    session: Session, member_id: int, *, after: int | None = None, limit: int = 50
) -> list[InteractionView]:
    """A member's interactions, those of cards that were merged into theirs too; what was written last first."""
    query = _views().where(Interaction.member_id.in_(list_own_ids(session, member_id)))
    if after is not None:
        query = query.where(Interaction.id < after)
    rows = session.execute(query.order_by(Interaction.id.desc()).limit(limit))
    return [InteractionView(**row._mapping) for row in rows]


def get_interaction(session: Session, interaction_id: int, *, member_id: int) -> InteractionView:
    """One interaction of this member. Raises NotFound."""
    known, own = 0 < interaction_id <= HIGHEST_ID, list_own_ids(session, member_id)
    wanted = _views().where(Interaction.id == interaction_id, Interaction.member_id.in_(own))
    row = session.execute(wanted).first() if known else None
    if row is None:
        raise NotFound("interaction_not_found")
    return InteractionView(**row._mapping)


def _views() -> Select[tuple[object, ...]]:
    columns = (getattr(Interaction, name) for name in _PLAIN)
    name = select(Staff.name).where(Staff.id == Interaction.staff_id).scalar_subquery()
    return select(*columns, func.coalesce(name, "").label("staff_name"))


_PLAIN = ("id", "member_id", "store_id", "kind", "words", "at", "staff_id", "created_at")
