"""What only its person has or knows: passkeys, authenticator apps, codes on paper, PINs."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class StaffPin(Model):
    """The four to six digits (argon2id) with which a member of staff comes in on an enrolled device."""

    __tablename__ = "staff_pins"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    pin_hash: Mapped[str]
    changed_at: Mapped[datetime]


class WalletPin(Model):
    """The six digits (argon2id) that a member types at a counter to spend what is stored."""

    __tablename__ = "wallet_pins"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    pin_hash: Mapped[str]
    changed_at: Mapped[datetime]


class Passkey(Model):
    """A passkey of a member of staff or of a member: the public half, and what its device says of itself.

    `user_handle` are 64 random bytes for the person, the same on all of their passkeys. `synced` ones live in more than one device.
    `by_shown_code`: made by a member whom a code that staff showed had let in.
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
    by_shown_code: Mapped[bool] = mapped_column(default=False)
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


class ShownRecoveryCode(Model):
    """The one code that a manager showed a colleague who lost the password; only its hash is kept, and it counts once."""

    __tablename__ = "shown_recovery_codes"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    code_hash: Mapped[str]
    shown_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime]
