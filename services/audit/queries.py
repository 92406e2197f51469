"""Reading the audit log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.shared.actors import Actor


@dataclass(frozen=True)
class Search:
    """What to look for: a part of the person's name or of the address, or one of `actions`; in a store; between two moments."""

    text: str = ""
    actions: Collection[str] = ()
    store_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_entries(
    session: Session, search: Search, *, actor: Actor, after: int | None = None, limit: int = 50
) -> list[AuditEntry]:
    """Entries that this actor may see, the newest first; `after` is the id of the last one seen.

    Who works in some stores only sees what happened there, and what belongs to no store but was done by themselves.
    """
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if actor.stores is not None:
        own = (AuditEntry.actor_kind == actor.kind) & (AuditEntry.actor_id == actor.id)
        query = query.where(or_(AuditEntry.store_id.in_(actor.stores), own))
    if after is not None:
        query = query.where(AuditEntry.id < after)
    if search.text:
        query = query.where(
            or_(
                AuditEntry.actor_name.contains(search.text, autoescape=True),
                AuditEntry.action.startswith(search.text, autoescape=True),
                AuditEntry.origin.startswith(search.text, autoescape=True),
                AuditEntry.action.in_(search.actions),
            )
        )
    if search.store_id is not None:
        query = query.where(AuditEntry.store_id == search.store_id)
    if search.since is not None:
        query = query.where(AuditEntry.at >= search.since)
    if search.until is not None:
        query = query.where(AuditEntry.at < search.until)
    return list(session.scalars(query))


def find_last_actor_kind(session: Session, action: str, subject: tuple[str, int]) -> str | None:
    """What kind of actor did `action` to `subject` last; None when nobody did."""
    query = select(AuditEntry.actor_kind).where(
        AuditEntry.subject_kind == subject[0], AuditEntry.subject_id == subject[1], AuditEntry.action == action
    )
    return session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


def list_changes(session: Session, action: str, *, actor: Actor, since: datetime) -> list[dict[str, Any]]:
    """What `actor` changed by `action` since a moment, in its order."""
    query = select(AuditEntry.changes).where(
        AuditEntry.at >= since,
        AuditEntry.action == action,
        AuditEntry.actor_kind == actor.kind,
        AuditEntry.actor_id == actor.id,
    )
    return list(session.scalars(query.order_by(AuditEntry.id)))
