"""The audit log: append-only, each entry sealed by itself as it is written and chained to the one before it soon after."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model

_UNCHAINED = text("position IS NULL")


class AuditEntry(Model):
    """One act. `subject` is what it was done to, `changes` maps a field to [before, after] (never a secret, never a code).

    Where it concerns a member (`member_id`), `changes` is `{"sealed": …}`: text under the member's key (shared/vault.py). `mac` binds
    everything that was written, with a `nonce` that makes each entry one of its kind; `position` and `chained` come from the job that
    puts entries into a row (chain.py).
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject_kind", "subject_id"),
        Index("ix_audit_entries_unchained", "id", sqlite_where=_UNCHAINED, postgresql_where=_UNCHAINED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    origin: Mapped[str]
    store_id: Mapped[int | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    member_id: Mapped[int | None] = mapped_column(index=True)
    changes: Mapped[dict[str, Any]]
    nonce: Mapped[bytes]
    mac: Mapped[bytes] = mapped_column(unique=True)
    position: Mapped[int | None] = mapped_column(unique=True)
    chained: Mapped[bytes | None]


class AuditHead(Model):
    """The one row that says how long the chain is and how it ends: what is cut off at its end is missed here."""

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    chained: Mapped[bytes]
    mac: Mapped[bytes]


class AuditCheckpoint(Model):
    """How long the chain was, and how it ended, at the first sealing of a day (UTC)."""

    __tablename__ = "audit_checkpoints"

    day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int]
    chained: Mapped[bytes]
    mac: Mapped[bytes]
