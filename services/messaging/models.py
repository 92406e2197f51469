"""Inbox messages, push subscriptions, deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class Message(Model):
    """A member's inbox row. `key` makes it exactly once (`order:9`). `push_title` and `push_body` are the neutral lock-screen form."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("member_id", "key"),
        Index("ix_messages_inbox", "member_id", "created_at"),
        Index("ix_messages_unread", "member_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    key: Mapped[str]
    category: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    path: Mapped[str]
    push_title: Mapped[str]
    push_body: Mapped[str]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class PushSubscription(Model):
    """One device of one person in one app. The endpoint is unique: a new login on a shared phone moves it.

    `failures` counts the refusals (403) since `refused_at`; an accepted push ends the count.
    """

    __tablename__ = "push_subscriptions"
    __table_args__ = (CheckConstraint("(member_id IS NULL) <> (staff_id IS NULL)", name="owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    app: Mapped[str]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    refused_at: Mapped[datetime | None]


class Delivery(Model):
    """One copy of a message for one subscription (or a test notification without a message).

    A sender leases rows (`leased_until`) and fences on `attempts`: a worker that comes back late cannot overwrite a newer try.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "subscription_id"),
        Index("ix_deliveries_due", "state", "available_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    subscription_id: Mapped[int] = mapped_column(ForeignKey("push_subscriptions.id", ondelete="CASCADE"), index=True)
    payload: Mapped[dict[str, Any]]
    urgency: Mapped[str]
    topic: Mapped[str | None]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
