"""Who was not seen for long, and the yearly audits of what is kept of minors."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class RetentionProposal(Model):
    """A member who was last seen (`seen_at`) longer ago than the shop keeps people, so that somebody looks at them; nobody goes by itself.

    `held` names what speaks against it, with commas (HOLDS), empty for who is proposed. `kept_until`: somebody decided to keep them until
    then, for a `reason`. `chosen_at`: somebody decided to erase them, for a `reason`, and a worker will.
    """

    __tablename__ = "retention_proposals"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime]
    proposed_at: Mapped[datetime]
    held: Mapped[str] = mapped_column(default="")
    kept_until: Mapped[datetime | None]
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    chosen_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


class MinorsAudit(Model):
    """The audit package of a `year` was `made`, or somebody decided that none is needed. `note`: incidents that were added, or why not."""

    __tablename__ = "minors_audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(Integer)
    made: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
