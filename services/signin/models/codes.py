"""One-time codes: the way in for members, proof of a phone number, and the member code that was scanned."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class OneTimeCode(Model):
    """A code that signs a member in once: 6 digits to type beside the phone number, or the ticket inside a QR. Only hashes are kept."""

    __tablename__ = "one_time_codes"
    __table_args__ = (Index("ix_one_time_codes_live", "member_id", "used_at", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    code_hash: Mapped[str]
    ticket_hash: Mapped[str] = mapped_column(unique=True)
    way: Mapped[str]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class PhoneCode(Model):
    """Six digits that prove a number which a card is to have, sent to it or shown by staff. Only hashes are kept."""

    __tablename__ = "phone_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    phone_hash: Mapped[str]
    code_hash: Mapped[str]
    way: Mapped[str]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    wrong_tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class PhoneQuestion(Model):
    """Somebody on this browser had the code that was sent to a number, and is asked whether the card is theirs; for ten minutes, once."""

    __tablename__ = "phone_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    browser_hash: Mapped[str] = mapped_column(index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DevelopmentMail(Model):
    """What a channel would have sent, for the development inbox page; written with DEMO=1 only."""

    __tablename__ = "development_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


class Scan(Model):
    """A member code was read, once, at this store by this actor; `actor_kind` is offline where that was without network."""

    __tablename__ = "scans"
    __table_args__ = (Index("ix_scans_device", "device_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("member_devices.id"))
    step: Mapped[int]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(index=True)
