"""Interactions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Interaction(Model):
    """One interaction with a member: `kind` of rules.KINDS, in the `words` of who was there, at the time it happened."""

    __tablename__ = "interactions"
    __table_args__ = (
        CheckConstraint("kind IN ('call', 'visit', 'consultation', 'service', 'note')", name="kind"),
        Index("ix_interactions_member", "member_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    kind: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
