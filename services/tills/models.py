"""Till shifts, and cash moved by hand. Amounts are fen, signed: in is positive."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class TillShift(Model):
    """One till of a store between opening and close; a store's till of one name has one open shift at most.

    Sales, refunds, top-ups and payouts name their shift on their own rows (`shift_id`). `counted` and `expected` map every kind of
    tender that a till counts to fen, in one fixed order; `reason` explains a difference between them.
    """

    __tablename__ = "till_shifts"
    __table_args__ = (
        CheckConstraint("opening_float >= 0", name="opening_float"),
        Index("ix_till_shifts_store_opened", "store_id", "opened_at"),
        Index(
            "ix_till_shifts_open", "store_id", "name", unique=True,
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str] = mapped_column(default="")
    opening_float: Mapped[int]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    counted: Mapped[dict[str, Any] | None]
    expected: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(default="")


class TillEntry(Model):
    """Cash that somebody put into a drawer or took out of it by hand, and why: change fetched, a courier paid.

    What sales, refunds, top-ups and payouts move has no row here: it stands on their own rows, which name the shift. `kind` is in or
    out, `tender` is cash.
    """

    __tablename__ = "till_entries"
    __table_args__ = (Index("ix_till_entries_shift", "shift_id", "id"), Index("ix_till_entries_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("till_shifts.id"))
    kind: Mapped[str]
    tender: Mapped[str]
    amount: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime]
