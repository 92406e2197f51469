"""Tables of the kernel: outbox, idempotency keys, limits, heartbeat."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class OutboxEntry(Model):
    """One reaction to one event, waiting or done. Written in the transaction of the cause."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "done_at", "available_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str]
    reaction: Mapped[str]
    payload: Mapped[dict[str, Any]]
    depth: Mapped[int]
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    done_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


class IdempotencyKey(Model):
    """The answer that a state-changing request got, kept 30 days (domain.md, *Ground*)."""

    __tablename__ = "idempotency_keys"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class Limit(Model):
    """When a subject of a rule tried, as far as it still counts: limits that protect money or cost are rows."""

    __tablename__ = "limits"

    name: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[list[str]]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Heartbeat(Model):
    """When a worker last said that it lives; `/healthz` reads it."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class MemberKey(Model):
    """The key under which a member's personal values rest, itself encrypted under the shop's data key; None once it was destroyed."""

    __tablename__ = "member_keys"

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[bytes | None]
    made_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]
