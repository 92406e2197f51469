"""Reading the audit log."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry


def list_entries(
    session: Session, *, action: str = "", actor_name: str = "", after: int | None = None, limit: int = 50
) -> list[AuditEntry]:
    """Entries, the newest first; `after` is the id of the last one seen. `action` matches its beginning, `actor_name` a part."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if after is not None:
        query = query.where(AuditEntry.id < after)
    if action:
        query = query.where(AuditEntry.action.startswith(action, autoescape=True))
    if actor_name:
        query = query.where(AuditEntry.actor_name.contains(actor_name, autoescape=True))
    return list(session.scalars(query))
