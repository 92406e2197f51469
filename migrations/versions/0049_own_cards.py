"""Which member card is whose who works here."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row per person whose card the shop knows."""
    op.create_table(
        "own_cards",
        sa.Column("staff_id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_own_cards_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_own_cards_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_own_cards")),
    )
    op.create_index("ix_own_cards_member_id", "own_cards", ["member_id"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
