"""Orders that a manager should look at: sold without network, and not quite as the books would have it."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row per order with flags, until and after somebody has looked at it; and was this very code used before?"""
    op.create_table(
        "flagged_orders",
        sa.Column("order_id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", whole(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_flagged_orders_order_id")),
        sa.ForeignKeyConstraint(["seen_by"], ["staff.id"], name=op.f("fk_flagged_orders_seen_by")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_flagged_orders_store_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_flagged_orders")),
    )
    op.create_index("ix_flagged_orders_store", "flagged_orders", ["store_id", "seen_at", "order_id"])
    op.create_index("ix_scans_device", "scans", ["device_id", "step"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
