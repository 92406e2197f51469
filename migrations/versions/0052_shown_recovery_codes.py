"""A manager shows a colleague who lost the password a one-time code."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row per colleague who has one. No role may show any before the owner says so."""
    op.create_table(
        "shown_recovery_codes",
        sa.Column("staff_id", whole(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("shown_by", whole(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_shown_recovery_codes_staff_id")),
        sa.ForeignKeyConstraint(["shown_by"], ["staff.id"], name=op.f("fk_shown_recovery_codes_shown_by")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_shown_recovery_codes")),
    )


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
