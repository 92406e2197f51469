"""Members who were not seen for long, proposed for erasing; and when somebody was seen whose sign-ins are forgotten."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table and one column; nothing that exists changes."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "retention_proposals",
        sa.Column("member_id", whole(), autoincrement=False, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("held", sa.String(), nullable=False),
        sa.Column("kept_until", moment, nullable=True),
        sa.Column("kept_by", whole(), nullable=True),
        sa.Column("chosen_at", moment, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_retention_proposals_member_id")),
        sa.ForeignKeyConstraint(["kept_by"], ["staff.id"], name=op.f("fk_retention_proposals_kept_by")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_retention_proposals")),
    )
    op.add_column("member_facts", sa.Column("seen_at", moment, nullable=True))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
