"""Carts that wait."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class ParkedCart(Model):
    """A cart put aside at a store (挂单): its lines, member and note; coupons are reserved for it for a while."""

    __tablename__ = "parked_carts"
    __table_args__ = (Index("ix_parked_carts_store", "store_id", "taken_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    label: Mapped[str] = mapped_column(default="")
    cart: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None]
