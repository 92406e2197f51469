"""Stored value: accounts, entries, lots, top-up plans, top-ups and payouts. All amounts are fen."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class WalletAccount(Model):
    """The cached balances of one member; always the sums of the entries and of what is left in the lots."""

    __tablename__ = "wallet_accounts"
    __table_args__ = (CheckConstraint("principal >= 0 AND bonus >= 0", name="balances"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    principal: Mapped[int]
    bonus: Mapped[int]
    sequence: Mapped[int]
    mac: Mapped[bytes]


class WalletEntry(Model):
    """One change of a wallet, never altered. `kind` is top_up, spend, give_back, payout, adjust or transfer.

    `by_member_id`: whose purchase it was, where somebody of the household paid from this wallet.
    """

    __tablename__ = "wallet_entries"
    __table_args__ = (
        UniqueConstraint("member_id", "sequence"),
        Index("ix_wallet_entries_member", "member_id", "id"),
        Index("ix_wallet_entries_store_at", "store_id", "at"),
        Index(
            "ix_wallet_entries_by", "by_member_id", "at", sqlite_where=text("by_member_id IS NOT NULL"),
            postgresql_where=text("by_member_id IS NOT NULL"),
        ),
        Index(
            "ix_wallet_entries_adjusted", "at", sqlite_where=text("kind = 'adjust'"), postgresql_where=text("kind = 'adjust'")
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    sequence: Mapped[int]
    kind: Mapped[str]
    principal: Mapped[int]
    bonus: Mapped[int]
    principal_after: Mapped[int]
    bonus_after: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    order_id: Mapped[int | None] = mapped_column(index=True)
    by_member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    note: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime]
    mac: Mapped[bytes]


class WalletLot(Model):
    """One top-up: what was paid (principal) and given on top (bonus), and what is left of both. The oldest is spent first.

    `origin_id` is the lot that was paid in, where this one came from a card that was merged.
    """

    __tablename__ = "wallet_lots"
    __table_args__ = (
        CheckConstraint("principal_left BETWEEN 0 AND principal AND bonus_left BETWEEN 0 AND bonus", name="left"),
        Index("ix_wallet_lots_member", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    principal: Mapped[int]
    bonus: Mapped[int]
    principal_left: Mapped[int]
    bonus_left: Mapped[int]
    created_at: Mapped[datetime]
    origin_id: Mapped[int | None] = mapped_column(index=True)


class WalletLotMove(Model):
    """What one entry took from a lot (negative) or put into it: Σ moves of a lot is what is left of it."""

    __tablename__ = "wallet_lot_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_key: Mapped[str] = mapped_column(ForeignKey("wallet_entries.key"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("wallet_lots.id"), index=True)
    principal: Mapped[int]
    bonus: Mapped[int]


class TopUpPlan(Model):
    """充 `amount` 送 `bonus`: what may be topped up, and what comes with it. `stores` empty means every store.

    `template_id` and `coupons` name a coupon template and how many of it are given; `points` are given too.
    """

    __tablename__ = "top_up_plans"
    __table_args__ = (CheckConstraint("amount > 0 AND bonus >= 0 AND points >= 0 AND coupons >= 0", name="figures"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    amount: Mapped[int]
    bonus: Mapped[int]
    points: Mapped[int]
    template_id: Mapped[int | None]
    coupons: Mapped[int]
    per_member: Mapped[int | None]
    stores: Mapped[list[int]]
    sort: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class TopUpCounter(Model):
    """The last sequence given to a top-up at a store on a day."""

    __tablename__ = "top_up_counters"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int]


class TopUp(Model):
    """Money that a member paid in: its lot, plan, how it was paid, and the number on the receipt.

    `plan_name`, `points` and `coupons` say what came with it, also when the plan changes later.
    """

    __tablename__ = "top_ups"
    __table_args__ = (Index("ix_top_ups_store_at", "store_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("wallet_lots.id"), unique=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("top_up_plans.id"), index=True)
    plan_name: Mapped[str] = mapped_column(default="")
    principal: Mapped[int]
    bonus: Mapped[int]
    points: Mapped[int] = mapped_column(default=0)
    coupons: Mapped[int] = mapped_column(default=0)
    tenders: Mapped[list[Any]]
    shift_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime]


class Payout(Model):
    """Principal paid back to a member, with the refund sheet that led to it."""

    __tablename__ = "payouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    amount: Mapped[int]
    policy: Mapped[int]
    floor: Mapped[int]
    bonus_lost: Mapped[int]
    tender: Mapped[str]
    reason: Mapped[str]
    sheet: Mapped[dict[str, Any]]
    shift_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime]
