"""The contract with a provider, messages on their way, and how many were sent."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class SmsContract(Model):
    """The shop's one contract (id 1). The secret rests encrypted under the shop's data key and is shown to nobody again.

    `price` is in fen for one message; `day_most` and `month_most` are messages, in days and months of the shop's zone.
    """

    __tablename__ = "sms_contracts"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    active: Mapped[bool]
    key_id: Mapped[str]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    sign_name: Mapped[str]
    template: Mapped[str]
    app_id: Mapped[str]
    region: Mapped[str]
    with_minutes: Mapped[bool]
    price: Mapped[int]
    day_most: Mapped[int]
    month_most: Mapped[int]
    changed_at: Mapped[datetime]


class SmsMessage(Model):
    """One message. `sealed` holds phone, code and origin, encrypted, only until the message has ended.

    `state` is asked (somebody asked for a code; nobody has looked yet whose phone it is), waiting, leased, sent, refused (by the
    provider, `reason` is its code), failed (never answered in time), over_budget or expired. `key` goes along to the provider.
    """

    __tablename__ = "sms_messages"
    __table_args__ = (Index("ix_sms_messages_due", "state", "available_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    purpose: Mapped[str]
    state: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ending: Mapped[str] = mapped_column(default="")
    provider: Mapped[str | None]
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class SmsSpending(Model):
    """How many messages a day (`2026-11-22`) or a month (`2026-11`) has cost, and which share of its budget (80, 100) was told of."""

    __tablename__ = "sms_spendings"

    period: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    told: Mapped[int]
