"""Coupons: templates, the coupons members hold, what happened to each, and the counters behind their limits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class CouponTemplate(Model):
    """What a kind of coupon does, for whom, how long and how often (services.coupons.rules.Terms has the words).

    `scope` is JSON of Scope; `combines_with` names stack groups, None consents to all. Validity: `starts_on`/`ends_on` are days in
    the shop, or `valid_days` from issue, beginning `starts_after` days later. `stock`, `per_member`, `per_day` are limits, None for none.
    `claimable`: members take it in the claim page (领券中心); `public_code` is typed in; `welcome` is given on joining: in these ways a
    member gets one where `per_member` is None (older templates).
    A redemption by itself can be undone for `undo_minutes`; `cost` is what one used coupon costs the shop (fen), where that is known.
    """

    __tablename__ = "coupon_templates"
    __table_args__ = (
        CheckConstraint("value >= 0 AND pays BETWEEN 0 AND 1000 AND threshold >= 0", name="figures"),
        CheckConstraint("stock IS NULL OR issued <= stock", name="stock"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    value: Mapped[int]
    pays: Mapped[int]
    cap: Mapped[int | None]
    threshold: Mapped[int]
    scope: Mapped[dict[str, Any]]
    stack_group: Mapped[str]
    exclusive: Mapped[bool]
    combines_with: Mapped[list[str] | None]
    with_tier: Mapped[bool]
    with_points: Mapped[bool]
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    valid_days: Mapped[int | None]
    starts_after: Mapped[int] = mapped_column(default=0)
    stock: Mapped[int | None]
    per_member: Mapped[int | None]
    per_day: Mapped[int | None]
    transferable: Mapped[bool]
    claimable: Mapped[bool]
    public_code: Mapped[str | None] = mapped_column(unique=True)
    welcome: Mapped[bool]
    how_to: Mapped[str] = mapped_column(default="")
    undo_minutes: Mapped[int] = mapped_column(default=30, server_default="30")
    cost: Mapped[int | None]
    issued: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]


class Coupon(Model):
    """One coupon. A held one keeps its code as look-up hash and ciphertext, a printed one as the hash alone.

    `state` is issued, reserved, redeemed, revoked or expired; a coupon past `expires_at` counts as expired before a job says so.
    """

    __tablename__ = "coupons"
    __table_args__ = (
        Index("ix_coupons_member_state", "member_id", "state", "expires_at"),
        Index("ix_coupons_template_state", "template_id", "state"),
        Index("ix_coupons_state_expires", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("coupon_templates.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    code_hash: Mapped[str] = mapped_column(unique=True)
    code_sealed: Mapped[bytes | None]
    state: Mapped[str]
    source: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)
    starts_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    issued_at: Mapped[datetime]
    reserved_for: Mapped[str | None]
    reserved_until: Mapped[datetime | None]
    redeemed_at: Mapped[datetime | None]
    order_id: Mapped[int | None] = mapped_column(index=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    saved: Mapped[int] = mapped_column(default=0)


class CouponEvent(Model):
    """What happened to a coupon: issue, reserve, release, redeem, undo, give_back, transfer, merge, revoke,
    expire.

    `device_id`: on which device of the shop (services/signin).
    """

    __tablename__ = "coupon_events"
    __table_args__ = (
        Index("ix_coupon_events_member", "member_id", "at"),
        Index(
            "ix_coupon_events_redeemed", "at", sqlite_where=text("kind = 'redeem'"), postgresql_where=text("kind = 'redeem'")
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupons.id"), index=True)
    kind: Mapped[str]
    member_id: Mapped[int | None]
    order_id: Mapped[int | None]
    store_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    device_id: Mapped[int | None]
    at: Mapped[datetime]


class CouponCount(Model):
    """How many of a template a member holds or held (`member_id`), or were issued on a day (`day`): what a conditional UPDATE limits."""

    __tablename__ = "coupon_counts"
    __table_args__ = (UniqueConstraint("template_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("coupon_templates.id"))
    subject: Mapped[str]
    count: Mapped[int]


class CouponTransfer(Model):
    """A link by which a coupon goes to somebody else, once, until `expires_at`; who made it may see it again and take it back."""

    __tablename__ = "coupon_transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupons.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    token_sealed: Mapped[bytes | None]
    from_member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    to_member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class CouponBatch(Model):
    """A template given to a list of members, row by row, by jobs; `finished_at` when every row has its outcome."""

    __tablename__ = "coupon_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("coupon_templates.id"))
    reason: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    total: Mapped[int]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)


class CouponBatchRow(Model):
    """One line of a list: what was typed, whose it is, what became of it: waiting, issued, unknown, twice, or the limit that said no."""

    __tablename__ = "coupon_batch_rows"
    __table_args__ = (Index("ix_coupon_batch_rows_outcome", "batch_id", "outcome", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("coupon_batches.id"))
    typed: Mapped[str]
    member_id: Mapped[int | None]
    outcome: Mapped[str]
    coupon_id: Mapped[int | None]
