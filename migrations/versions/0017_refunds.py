"""Orders know what went back; refunds and invoice requests."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders know what went back; refunds and invoice requests."""
    op.add_column("order_line_shares", sa.Column("coupon_id", whole(), nullable=True))
    op.create_index(op.f("ix_order_line_shares_coupon_id"), "order_line_shares", ["coupon_id"])
    op.add_column("order_lines", sa.Column("grams", whole(), nullable=True))
    op.add_column("order_lines", sa.Column("category_id", whole(), nullable=True))
    op.add_column("order_lines", sa.Column("multiplier", whole(), nullable=False, server_default="100"))
    op.add_column("order_lines", sa.Column("refunded_quantity", whole(), nullable=False, server_default="0"))
    op.add_column("order_lines", sa.Column("refunded_amount", whole(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("points_spent", whole(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("refunded", whole(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("earn_rate", sa.JSON(), nullable=True))
    op.add_column("orders", sa.Column("tier_id", whole(), nullable=True))
    op.add_column("orders", sa.Column("shift_id", whole(), nullable=True))
    op.add_column("orders", sa.Column("flags", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index(op.f("ix_orders_shift_id"), "orders", ["shift_id"])
    op.add_column("tenders", sa.Column("bonus", whole(), nullable=False, server_default="0"))
    op.add_column("tenders", sa.Column("refunded", whole(), nullable=False, server_default="0"))
    op.create_table(
        "refunds",
        sa.Column("id", whole(), nullable=False),
        sa.Column("order_id", whole(), nullable=False),
        sa.Column("sequence", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("points_taken_back", whole(), nullable=False),
        sa.Column("points_returned", whole(), nullable=False),
        sa.Column("debt", whole(), nullable=False),
        sa.Column("growth_taken_back", whole(), nullable=False),
        sa.Column("coupons_returned", sa.JSON(), nullable=False),
        sa.Column("shift_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_refunds_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_refunds_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("order_id", "sequence", name=op.f("uq_refunds_order_id_sequence")),
    )
    op.create_index(op.f("ix_refunds_at"), "refunds", ["at"])
    op.create_index(op.f("ix_refunds_shift_id"), "refunds", ["shift_id"])
    op.create_table(
        "refund_lines",
        sa.Column("id", whole(), nullable=False),
        sa.Column("refund_id", whole(), nullable=False),
        sa.Column("line_id", whole(), nullable=False),
        sa.Column("quantity", whole(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_lines.id"], name=op.f("fk_refund_lines_line_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_lines_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_lines")),
    )
    op.create_index(op.f("ix_refund_lines_line_id"), "refund_lines", ["line_id"])
    op.create_index(op.f("ix_refund_lines_refund_id"), "refund_lines", ["refund_id"])
    op.create_table(
        "refund_tenders",
        sa.Column("id", whole(), nullable=False),
        sa.Column("refund_id", whole(), nullable=False),
        sa.Column("tender_id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("bonus", whole(), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_tenders_refund_id")),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name=op.f("fk_refund_tenders_tender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_tenders")),
    )
    op.create_index(op.f("ix_refund_tenders_refund_id"), "refund_tenders", ["refund_id"])
    op.create_index(op.f("ix_refund_tenders_tender_id"), "refund_tenders", ["tender_id"])
    op.create_table(
        "invoice_requests",
        sa.Column("id", whole(), nullable=False),
        sa.Column("order_id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("tax_number", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_invoice_requests_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_requests")),
        sa.UniqueConstraint("order_id", name=op.f("uq_invoice_requests_order_id")),
    )


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
