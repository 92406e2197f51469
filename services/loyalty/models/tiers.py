"""Tiers (等级): the ladder, the growth that climbs it, and where each member stands."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Tier(Model):
    """A level. `threshold` is growth (hundredths: ¥1 spent is 100); `pays` per mille of the price; `multiplier` of points in hundredths.

    `early_days`: new products are shown and sold so many days earlier. `birthday_template_id` and `monthly_template_ids` name coupon
    templates; `wallet_bonus` is per mille of a top-up that is given on top.
    """

    __tablename__ = "tiers"
    __table_args__ = (CheckConstraint("threshold >= 0 AND pays BETWEEN 0 AND 1000", name="figures"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    threshold: Mapped[int]
    pays: Mapped[int]
    multiplier: Mapped[int]
    early_days: Mapped[int]
    birthday_template_id: Mapped[int | None]
    monthly_template_ids: Mapped[list[int]]
    wallet_bonus: Mapped[int]
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class MemberTier(Model):
    """Where a member stands since when, until when growth keeps the level (`review_on`), and what was dropped from, within grace."""

    __tablename__ = "member_tiers"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    tier_id: Mapped[int] = mapped_column(ForeignKey("tiers.id"), index=True)
    since: Mapped[datetime]
    review_on: Mapped[date] = mapped_column(Date, index=True)
    warned_on: Mapped[date | None] = mapped_column(Date)


class GrowthAccount(Model):
    """All growth of one member, ever (成长值, in hundredths); the ladder may look at the last twelve months only."""

    __tablename__ = "growth_accounts"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    balance: Mapped[int]
    sequence: Mapped[int]
    mac: Mapped[bytes]


class GrowthEntry(Model):
    """One change of growth, with its origin."""

    __tablename__ = "growth_entries"
    __table_args__ = (Index("ix_growth_entries_member", "member_id", "at"), UniqueConstraint("member_id", "sequence"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    sequence: Mapped[int]
    kind: Mapped[str]
    amount: Mapped[int]
    balance_after: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int | None] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime]
    mac: Mapped[bytes]
