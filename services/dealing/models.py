"""What was looked at, and which cards are those of people who work here."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class DealingReview(Model):
    """Somebody looked at a finding and found it fine. `key` names the finding, which is worked out anew each time."""

    __tablename__ = "dealing_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reviewed_at: Mapped[datetime]


class OwnCard(Model):
    """The member card of somebody who works here: what they ring up for themselves stands out."""

    __tablename__ = "own_cards"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    noted_at: Mapped[datetime]
