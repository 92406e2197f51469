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
    """A completed sale. `list_total` − discounts = `due` = Σ tenders. `day` is the shop's calendar day.

    `refunded` is what went back since; `state` is paid, part_refunded or refunded. `earn_rate` is the points rule it was sold under
    (JSON of loyalty's Rate), `pending_until` when its points count. `flags` say what a manager should look at (an offline sale's closed
    till, an old price). `manual_reason` is why a price was changed or a discount given by hand. `payer_id`: whose stored value paid, and
    `earner_id`: whose points were moved, where a household shared them with the member who bought.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("store_id", "day", "sequence"),
        Index("ix_orders_store_completed", "store_id", "completed_at", "id"),
        Index("ix_orders_member_completed", "member_id", "completed_at", "id"),
        Index("ix_orders_day_member", "day", "member_id", "state", "paid", "refunded"),
        CheckConstraint("due >= 0 AND change >= 0", name="amounts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    receipt_code: Mapped[str] = mapped_column(unique=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    day: Mapped[date] = mapped_column(Date)
    sequence: Mapped[int]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    earner_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
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
    points_spent: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    earn_rate: Mapped[dict[str, Any] | None]
    tier_id: Mapped[int | None]
    shift_id: Mapped[int | None] = mapped_column(index=True)
    flags: Mapped[list[str]]
    manual_reason: Mapped[str] = mapped_column(default="")
    completed_at: Mapped[datetime] = mapped_column(index=True)


class FlaggedOrder(Model):
    """An order with `flags`: what a manager should look at, and who has."""

    __tablename__ = "flagged_orders"
    __table_args__ = (Index("ix_flagged_orders_store", "store_id", "seen_at", "order_id"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    flagged_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


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
    grams: Mapped[int | None]
    category_id: Mapped[int | None]
    multiplier: Mapped[int] = mapped_column(default=100)
    refunded_quantity: Mapped[int] = mapped_column(default=0)
    refunded_amount: Mapped[int] = mapped_column(default=0)


class LineShare(Model):
    """The part of one discount that falls on one line (fen, negative)."""

    __tablename__ = "order_line_shares"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    kind: Mapped[str]
    amount: Mapped[int]
    coupon_id: Mapped[int | None] = mapped_column(index=True)


class Tender(Model):
    """One way of paying. `received` and the change given matter for cash only; `bonus` is the part of a wallet's that was given on top.

    `refunded` went back since.
    """

    __tablename__ = "tenders"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str]
    amount: Mapped[int]
    received: Mapped[int | None]
    bonus: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)


class Refund(Model):
    """Money that went back for an order, and every effect of it, in words that never change. `way` is whole, lines, amount or void."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"), UniqueConstraint("order_id", "sequence"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    sequence: Mapped[int]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    way: Mapped[str]
    reason: Mapped[str]
    amount: Mapped[int]
    points_taken_back: Mapped[int]
    points_returned: Mapped[int]
    debt: Mapped[int]
    growth_taken_back: Mapped[int]
    coupons_returned: Mapped[list[int]]
    shift_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class RefundLine(Model):
    """What of one line went back: pieces (0 for a refund by amount) and fen."""

    __tablename__ = "refund_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]
    amount: Mapped[int]


class RefundTender(Model):
    """How money went back: to the tender it came from; staff may give cash instead of an external one."""

    __tablename__ = "refund_tenders"

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    tender_id: Mapped[int] = mapped_column(ForeignKey("tenders.id"), index=True)
    kind: Mapped[str]
    amount: Mapped[int]
    bonus: Mapped[int] = mapped_column(default=0)


class OrderHandover(Model):
    """An order came to a member after it was paid: `kind` is claim (补登, it was a walk-in's) or correction (of the wrong member).

    `points` and `growth` (hundredths) went along; `debt` is what the wrong member owes for points that were spent already.
    """

    __tablename__ = "order_handovers"
    __table_args__ = (UniqueConstraint("order_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    sequence: Mapped[int]
    kind: Mapped[str]
    from_member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    to_member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    points: Mapped[int]
    growth: Mapped[int]
    debt: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    at: Mapped[datetime]


class InvoiceRequest(Model):
    """A customer asks for an invoice (发票): title, tax number, where to send it; `state` is asked, issued or declined."""

    __tablename__ = "invoice_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    tax_number: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
