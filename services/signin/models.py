"""Sessions of staff and members, one-time codes, member devices, scans."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index
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


class StaffPin(Model):
    """The four to six digits (argon2id) with which a member of staff comes in on an enrolled device."""

    __tablename__ = "staff_pins"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    pin_hash: Mapped[str]
    changed_at: Mapped[datetime]


class MemberSession(Model):
    """A member's browser. Idle it is over at `expires_at`, in any case at `ends_at`.

    `known_hash` is of what this browser keeps for good, so that it is known again; `proven_at` is when its person last proved who they are.
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


class WalletPin(Model):
    """The six digits (argon2id) that a member types at a counter to spend what is stored."""

    __tablename__ = "wallet_pins"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    pin_hash: Mapped[str]
    changed_at: Mapped[datetime]


class SpendingProof(Model):
    """That a member agrees to spend up to `most` fen from what they hold (wallet, points, coupons, gifts), once.

    `way` is scan (a fresh member code), app (confirmed in the member app), code (a one-time code that the member says), pin (typed by the
    member) or override (a manager answers). It holds until `expires_at`, for one sale; a scan proves once; a code dies after five tries.
    """

    __tablename__ = "spending_proofs"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    way: Mapped[str]
    most: Mapped[int]
    words: Mapped[str] = mapped_column(default="")
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"), unique=True)
    code_hash: Mapped[str | None]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SpendingFreeze(Model):
    """A member reported something that was not theirs: until somebody at the shop lifts it, nothing of theirs is spent."""

    __tablename__ = "spending_freezes"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    reported_at: Mapped[datetime]


class Passkey(Model):
    """A passkey of a member of staff or of a member: the public half, and what its device says of itself.

    `user_handle` are 64 random bytes for the person, the same on all of their passkeys. `synced` ones live in more than one device.
    """

    __tablename__ = "passkeys"
    __table_args__ = (CheckConstraint("(staff_id IS NULL) <> (member_id IS NULL)", name="owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    user_handle: Mapped[bytes]
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(JSON)
    aaguid: Mapped[str]
    synced: Mapped[bool]
    backed_up: Mapped[bool]
    name: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Model):
    """What a browser was asked to sign, once, within five minutes; only the browser that was asked, and only for this `purpose`."""

    __tablename__ = "passkey_challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    browser_hash: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    owner_id: Mapped[int | None]
    challenge: Mapped[bytes]
    user_handle: Mapped[bytes | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Authenticator(Model):
    """The app that shows somebody of staff six digits (TOTP, RFC 6238): its secret, sealed. `last_step` only grows: a code counts once."""

    __tablename__ = "authenticators"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    secret: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class SecondStep(Model):
    """Somebody's password was right on this browser, and more is asked, for ten minutes, once: `kind` is code, passkey or set_up.

    `own` is an authenticator that somebody who is in sets up. `secret` (sealed) is that of an app which is not confirmed yet.
    """

    __tablename__ = "second_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    browser_hash: Mapped[str] = mapped_column(index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    kind: Mapped[str]
    secret: Mapped[bytes | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RecoveryCode(Model):
    """One of the codes that an owner keeps on paper; only its hash is kept, and it counts once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CoolDown(Model):
    """Until `ends_at` a member's own word reaches only so far for stored value: a phone came in by code alone, or the number changed."""

    __tablename__ = "cool_downs"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
