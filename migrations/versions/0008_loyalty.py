"""Points accounts and entries."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Points accounts and entries."""
    op.create_table(
        "points_accounts",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("balance", whole(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_points_accounts_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_points_accounts")),
    )
    op.create_table(
        "points_entries",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("balance_after", whole(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", whole(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_points_entries_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_points_entries_key")),
    )
    op.create_index("ix_points_entries_member", "points_entries", ["member_id", "id"], unique=False)
    op.create_index(op.f("ix_points_entries_order_id"), "points_entries", ["order_id"], unique=False)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
