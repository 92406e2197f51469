"""Orders may come to a member after they were paid: claimed with the receipt, or put right."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders may come to a member after they were paid: claimed with the receipt, or put right."""
    op.create_table(
        "order_handovers",
        sa.Column("id", whole(), nullable=False),
        sa.Column("order_id", whole(), nullable=False),
        sa.Column("sequence", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_member_id", whole(), nullable=True),
        sa.Column("to_member_id", whole(), nullable=False),
        sa.Column("points", whole(), nullable=False),
        sa.Column("growth", whole(), nullable=False),
        sa.Column("debt", whole(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["from_member_id"], ["members.id"], name=op.f("fk_order_handovers_from_member_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_handovers_order_id")),
        sa.ForeignKeyConstraint(["to_member_id"], ["members.id"], name=op.f("fk_order_handovers_to_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_handovers")),
        sa.UniqueConstraint("order_id", "sequence", name=op.f("uq_order_handovers_order_id_sequence")),
    )


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
