"""Points accounts and entries."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class PointsAccount(Model):
    """The cached balance of one member; always the sum of the entries."""

    __tablename__ = "points_accounts"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    balance: Mapped[int]


class PointsEntry(Model):
    """One change of a balance, never altered. `key` is unique (`order:9:earn`); `order_id` names its origin where there is one."""

    __tablename__ = "points_entries"
    __table_args__ = (Index("ix_points_entries_member", "member_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str]
    amount: Mapped[int]
    balance_after: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int | None] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime]
