"""Points: accounts, entries, the lots they came in, what is still pending, and the rules that multiply them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class PointsAccount(Model):
    """The cached balance of one member; always the sum of the entries. `sequence` counts them, `mac` seals the row."""

    __tablename__ = "points_accounts"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    balance: Mapped[int]
    sequence: Mapped[int]
    mac: Mapped[bytes]


class PointsEntry(Model):
    """One change of a balance, never altered. `key` is unique (`order:9:earn`); `order_id` names its origin where there is one,
    `by_member_id` whose purchase it was, where somebody of the household shares these points."""

    __tablename__ = "points_entries"
    __table_args__ = (
        Index("ix_points_entries_member", "member_id", "id"),
        UniqueConstraint("member_id", "sequence"),
        Index(
            "ix_points_entries_adjusted", "at", sqlite_where=text("kind = 'adjust'"), postgresql_where=text("kind = 'adjust'")
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    sequence: Mapped[int]
    kind: Mapped[str]
    amount: Mapped[int]
    balance_after: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int | None] = mapped_column(index=True)
    by_member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    note: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime]
    mac: Mapped[bytes]


class PointsLot(Model):
    """Points that came in together and expire together (never, where `expires_at` is None); `left` of `amount` are still there.

    A member's balance is the sum of what is left, less what they owe: a debt stands only where nothing is left. `origin_id` is the lot
    that came in first, where this one came from a card that was merged.
    """

    __tablename__ = "points_lots"
    __table_args__ = (
        CheckConstraint('"left" >= 0 AND "left" <= amount', name="left"),
        Index(
            "ix_points_lots_usable",
            "member_id",
            "expires_at",
            "id",
            sqlite_where=text('"left" > 0'),
            postgresql_where=text('"left" > 0'),
        ),
        Index(
            "ix_points_lots_expiring",
            "expires_at",
            sqlite_where=text('"left" > 0'),
            postgresql_where=text('"left" > 0'),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    order_id: Mapped[int | None] = mapped_column(index=True)
    amount: Mapped[int]
    left: Mapped[int]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    origin_id: Mapped[int | None] = mapped_column(index=True)


class PointsLotMove(Model):
    """What one entry took from a lot (negative) or put into it: Σ moves of a lot is what is left of it."""

    __tablename__ = "points_lot_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_key: Mapped[str] = mapped_column(ForeignKey("points_entries.key"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("points_lots.id"), index=True)
    amount: Mapped[int]


class PendingPoints(Model):
    """Points of an order that count only once its return window has passed; `by_member_id` as in an entry."""

    __tablename__ = "pending_points"

    order_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    by_member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    points: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(index=True)


class EarningRule(Model):
    """When purchases earn a multiple: `multiplier` in hundredths (200 = double). Empty lists mean "all"; days are the shop's.

    `birthday` widens it to the day, week or month of the member's birthday.
    """

    __tablename__ = "earning_rules"
    __table_args__ = (CheckConstraint("multiplier >= 0", name="multiplier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    multiplier: Mapped[int]
    products: Mapped[list[int]]
    categories: Mapped[list[int]]
    tiers: Mapped[list[int]]
    weekdays: Mapped[list[int]]
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    birthday: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
