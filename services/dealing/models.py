"""What was looked at."""

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
