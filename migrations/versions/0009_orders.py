"""Orders, lines, shares of discounts, tenders."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders, lines, shares of discounts, tenders."""
    op.create_table(
        "order_counters",
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", whole(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_order_counters_store_id")),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_order_counters")),
    )
    op.create_table(
        "orders",
        sa.Column("id", whole(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("receipt_code", sa.String(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sequence", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("scan_id", whole(), nullable=True),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("external_key", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("list_total", whole(), nullable=False),
        sa.Column("due", whole(), nullable=False),
        sa.Column("paid", whole(), nullable=False),
        sa.Column("change", whole(), nullable=False),
        sa.Column("points_earned", whole(), nullable=False),
        sa.Column("points_before", whole(), nullable=True),
        sa.Column("points_after", whole(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("due >= 0 AND change >= 0", name=op.f("ck_orders_amounts")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_orders_member_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_orders_scan_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_orders_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_orders_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("external_key", name=op.f("uq_orders_external_key")),
        sa.UniqueConstraint("receipt_code", name=op.f("uq_orders_receipt_code")),
        sa.UniqueConstraint("store_id", "day", "sequence", name=op.f("uq_orders_store_id_day_sequence")),
    )
    op.create_index(op.f("ix_orders_completed_at"), "orders", ["completed_at"], unique=False)
    op.create_index("ix_orders_member_completed", "orders", ["member_id", "completed_at", "id"], unique=False)
    op.create_index(op.f("ix_orders_number"), "orders", ["number"], unique=False)
    op.create_index("ix_orders_store_completed", "orders", ["store_id", "completed_at", "id"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("id", whole(), nullable=False),
        sa.Column("order_id", whole(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.Column("product_id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("quantity", whole(), nullable=False),
        sa.Column("list_price", whole(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_order_lines_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_lines_order_id_position")),
    )
    op.create_index(op.f("ix_order_lines_product_id"), "order_lines", ["product_id"], unique=False)
    op.create_table(
        "tenders",
        sa.Column("id", whole(), nullable=False),
        sa.Column("order_id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("received", whole(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_tenders_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_tenders_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenders")),
    )
    op.create_index(op.f("ix_tenders_order_id"), "tenders", ["order_id"], unique=False)
    op.create_table(
        "order_line_shares",
        sa.Column("id", whole(), nullable=False),
        sa.Column("line_id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_lines.id"], name=op.f("fk_order_line_shares_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line_shares")),
    )
    op.create_index(op.f("ix_order_line_shares_line_id"), "order_line_shares", ["line_id"], unique=False)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
