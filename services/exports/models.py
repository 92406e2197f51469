"""Exports: what was asked for, how far it is, where the file lies."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Export(Model):
    """One file of one list (`listing`), for whoever asked for it. `state` is waiting, working, ready or failed.

    `filters` are those of the list's screen as they were typed; the words that were looked for go when the file is there: they may be
    somebody's name. `words` are the heads of columns and the words of choices in the asker's language. `permissions` and `stores` (None:
    all) are what taking the file needs. `claim` is the worker's that makes it now, until `claimed_until` at the latest. The file is
    `file` in the exports' folder, sealed under `key`, which itself rests under the shop's data key.
    """

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'working', 'ready', 'failed')", name="state"),
        CheckConstraint("format IN ('xlsx', 'csv')", name="format"),
        Index("ix_exports_actor", "actor_kind", "actor_id", "id"),
        Index(
            "ix_exports_open",
            "claimed_until",
            sqlite_where=text("state IN ('waiting', 'working')"),
            postgresql_where=text("state IN ('waiting', 'working')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listing: Mapped[str]
    format: Mapped[str]
    columns: Mapped[list[str]]
    filters: Mapped[dict[str, Any]]
    words: Mapped[dict[str, Any]]
    whole: Mapped[bool]
    permissions: Mapped[list[str]]
    stores: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    actor_kind: Mapped[str]
    actor_id: Mapped[int]
    actor_name: Mapped[str]
    state: Mapped[str]
    rows: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    file: Mapped[str | None]
    key: Mapped[bytes | None] = mapped_column(LargeBinary)
    size: Mapped[int | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
