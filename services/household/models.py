"""Who shares a member's points and stored value, and the links by which they are asked to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class HouseholdPerson(Model):
    """Somebody who shares the account of `holder_id`. `wallet`: they may pay from it, at most `per_day` and `per_payment` fen; `points`:
    they earn to it and redeem from it. `paused_at`: since when they may do neither."""

    __tablename__ = "household_people"
    __table_args__ = (
        CheckConstraint("kinship IN ('spouse', 'grandparent', 'other')", name="kinship"),
        CheckConstraint("holder_id <> member_id", name="two"),
        CheckConstraint("per_day >= 0 AND per_payment >= 0", name="limits"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), unique=True)
    kinship: Mapped[str]
    wallet: Mapped[bool]
    per_day: Mapped[int]
    per_payment: Mapped[int]
    points: Mapped[bool]
    paused_at: Mapped[datetime | None]
    joined_at: Mapped[datetime]


class HouseholdInvitation(Model):
    """A link by which somebody joins, once, until `expires_at`; with `phone_hash` only whoever has that number. `ended_at`: it was taken by
    `member_id`, or taken back. What it promises are the limits that then hold."""

    __tablename__ = "household_invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    kinship: Mapped[str]
    wallet: Mapped[bool]
    per_day: Mapped[int]
    per_payment: Mapped[int]
    points: Mapped[bool]
    phone_hash: Mapped[str | None]
    token_hash: Mapped[str] = mapped_column(unique=True)
    token_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
