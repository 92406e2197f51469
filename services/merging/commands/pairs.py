"""Saying that two who look alike are not the same."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.merging.models import DistinctPair
from services.merging.permissions import MEMBERS_MERGE
from services.merging.queries.previews import require_two
from services.shared.actors import Actor


def ignore_pair(session: Session, one_id: int, other_id: int, *, actor: Actor, at: datetime) -> None:
    """Never propose these two again. Said twice it changes nothing. Raises NotFound."""
    actor.require(MEMBERS_MERGE)
    require_two(session, one_id, other_id)
    low, high = sorted((one_id, other_id))
    build: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = build(DistinctPair.__table__).values(low_id=low, high_id=high, at=at).on_conflict_do_nothing()
    session.execute(row)
    audit.record(session, "duplicates:ignore", ("member", low), actor=actor, at=at, changes={"other": high})
