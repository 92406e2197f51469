"""What waits for a second person."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Approval(Model):
    """Something that somebody asked for and that is done when a second person agrees.

    `kind` and `state` as in rules.py. `terms` are the numbers that the act needs again (never words), `amount` how much it is about (fen,
    points), `reason` why it was asked, `note` why it was declined; who is erased is taken out of both. `usable_until` and `used_at` are of
    an export: it is taken once.
    """

    __tablename__ = "approvals"
    __table_args__ = (Index(None, "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    amount: Mapped[int]
    terms: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(default="")
    asked_kind: Mapped[str]
    asked_by: Mapped[int]
    asked_name: Mapped[str]
    origin: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    usable_until: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
