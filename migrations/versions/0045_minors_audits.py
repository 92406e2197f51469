"""Yearly audits of what is kept of minors: which were taken away, and which reminder was dismissed."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "minors_audits",
        sa.Column("id", whole(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_minors_audits_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minors_audits")),
    )


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
