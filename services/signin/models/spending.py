"""What stands between somebody who is in and the stored value: proofs, freezes, cool-downs."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class SpendingProof(Model):
    """That a member agrees to spend up to `most` fen from what they hold (wallet, points, coupons, gifts), once.

    `way` is scan (a fresh member code), app (confirmed in the member app), code (a one-time code that the member says), pin (typed by the
    member) or override (a manager answers). It holds until `expires_at`, for one sale; a scan proves once; a code dies after five tries.
    `merge_into` makes it one for becoming part of that member's card (services/merging), and for nothing else.
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
    merge_into: Mapped[int | None]
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


class CoolDown(Model):
    """Until `ends_at` a member's own word reaches only so far for stored value: a phone came in by code alone, or the number changed."""

    __tablename__ = "cool_downs"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
