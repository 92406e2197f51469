"""Taking one's data along."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared.actors import Actor
from services.shared.refusals import Forbidden


def note_export(session: Session, form: str, *, actor: Actor, at: datetime) -> None:
    """Write down that a member took the own data along, as `form` (xlsx, csv, json)."""
    if actor.kind != "member" or actor.id is None:
        raise Forbidden
    audit.record(session, "members:export", ("member", actor.id), actor=actor, at=at, changes={"form": form})
