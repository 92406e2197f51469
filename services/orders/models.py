"""Orders. All amounts are fen, tax included."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.shared.database import Model


class OrderCounter(Model):
    """The last sequence given at a store on a day."""

    __tablename__ = "order_counters"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int]


class Order(Model):
    """A completed sale. `list_total` − discounts = `due` = Σ tenders. `day` is the shop's calendar day."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("store_id", "day", "sequence"),
        Index("ix_orders_store_completed", "store_id", "completed_at", "id"),
        Index("ix_orders_member_completed", "member_id", "completed_at", "id"),
        CheckConstraint("due >= 0 AND change >= 0", name="amounts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    receipt_code: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    day: Mapped[date] = mapped_column(Date)
    sequence: Mapped[int]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str]
    origin: Mapped[str]
    external_key: Mapped[str | None] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    list_total: Mapped[int]
    due: Mapped[int]
    paid: Mapped[int]
    change: Mapped[int]
    points_earned: Mapped[int] = mapped_column(default=0)
    points_before: Mapped[int | None]
    points_after: Mapped[int | None]
    completed_at: Mapped[datetime] = mapped_column(index=True)


class OrderLine(Model):
    """One line as it was sold; names and list prices are copied, so that the receipt never changes."""

    __tablename__ = "order_lines"
    __table_args__ = (UniqueConstraint("order_id", "position"), CheckConstraint("quantity > 0", name="quantity"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    name: Mapped[str]
    options: Mapped[dict[str, Any]]
    quantity: Mapped[int]
    list_price: Mapped[int]
    amount: Mapped[int]
    note: Mapped[str] = mapped_column(default="")


class LineShare(Model):
    """The part of one discount that falls on one line (fen, negative)."""

    __tablename__ = "order_line_shares"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    kind: Mapped[str]
    amount: Mapped[int]


class Tender(Model):
    """One way of paying. `received` and the change given matter for cash only."""

    __tablename__ = "tenders"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str]
    amount: Mapped[int]
    received: Mapped[int | None]
