"""Writing the audit log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.shared.actors import Actor

_ENTER = insert(AuditEntry.__table__)  # type: ignore[arg-type]  # built once: every command passes here


def record(
    session: Session,
    action: str,
    subject: tuple[str, int | None],
    *,
    actor: Actor,
    at: datetime,
    store_id: int | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Note that `actor` did `action` (`"members.create"`) to `subject` (`("member", 42)`), in this transaction.

    `changes` maps a field to `[before, after]`, or to one plain value where there is no before.
    """
    entry = {
        "at": at,
        "action": action,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "origin": actor.origin,
        "store_id": store_id,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "changes": dict(changes or {}),
    }
    session.connection().execute(_ENTER, entry)
