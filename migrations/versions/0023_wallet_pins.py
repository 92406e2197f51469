"""A number that a member types to spend what is stored."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A number that a member types to spend what is stored."""
    op.create_table(
        "wallet_pins",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_wallet_pins_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_wallet_pins")),
    )


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
