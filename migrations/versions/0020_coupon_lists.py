"""Coupons given to a list, links that can be taken back, how long a redemption can be undone, what a coupon costs."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Coupons given to a list, links that can be taken back, how long a redemption can be undone, what a coupon costs."""
    op.add_column("coupon_templates", sa.Column("undo_minutes", whole(), nullable=False, server_default="30"))
    op.add_column("coupon_templates", sa.Column("cost", whole(), nullable=True))
    op.add_column("coupon_transfers", sa.Column("token_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("coupon_transfers", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "coupon_batches",
        sa.Column("id", whole(), nullable=False),
        sa.Column("template_id", whole(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("total", whole(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["template_id"], ["coupon_templates.id"], name=op.f("fk_coupon_batches_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_batches")),
    )
    op.create_index(op.f("ix_coupon_batches_finished_at"), "coupon_batches", ["finished_at"])
    op.create_table(
        "coupon_batch_rows",
        sa.Column("id", whole(), nullable=False),
        sa.Column("batch_id", whole(), nullable=False),
        sa.Column("typed", sa.String(), nullable=False),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("coupon_id", whole(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["coupon_batches.id"], name=op.f("fk_coupon_batch_rows_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_batch_rows")),
    )
    op.create_index("ix_coupon_batch_rows_outcome", "coupon_batch_rows", ["batch_id", "outcome", "id"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
