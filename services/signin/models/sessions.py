"""Who is in: sessions of staff and members, the devices of the shop and of members."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class StaffSession(Model):
    """A staff browser. `store_id` is the store it works in now; idle it is over at `expires_at`, in any case at `ends_at`.

    `device_id` is the enrolled device it is on, if any; `verified_at` when its person last proved to be here, `verified_by` how: no PIN.
    """

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    browser: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None]
    device_id: Mapped[int | None] = mapped_column(index=True)
    former_hash: Mapped[str | None] = mapped_column(index=True)
    former_until: Mapped[datetime | None]


class ShopDevice(Model):
    """A phone or tablet of the shop that several people share. Its key lies in its browser; here is only a hash."""

    __tablename__ = "shop_devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), index=True)
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    browser: Mapped[str]
    enrolled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DeviceCode(Model):
    """What enrols one device, once, within ten minutes; only a hash is kept."""

    __tablename__ = "device_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str]
    code_hash: Mapped[str] = mapped_column(index=True)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class MemberSession(Model):
    """A member's browser. Idle it is over at `expires_at`, in any case at `ends_at`.

    `known_hash` is of what this browser keeps for good, so that it is known again; `proven_at` is when its person last proved who they are;
    `by_shown_code`: a code that staff showed opened it, or a passkey that was made where one had.
    """

    __tablename__ = "member_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    browser: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    known_hash: Mapped[str | None]
    proven_at: Mapped[datetime | None]
    by_shown_code: Mapped[bool] = mapped_column(default=False)


class MemberDevice(Model):
    """A phone that makes member codes. `last_step` only grows: that is what makes each code single use."""

    __tablename__ = "member_devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("member_sessions.id"))
    handle: Mapped[str] = mapped_column(unique=True)
    secret: Mapped[bytes]
    name: Mapped[str]
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
