"""Top-ups are numbered by store and day, and remember what came with them."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Top-ups are numbered by store and day, and remember what came with them."""
    op.create_table(
        "top_up_counters",
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", whole(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_top_up_counters_store_id")),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_top_up_counters")),
    )
    op.add_column("top_ups", sa.Column("plan_name", sa.String(), nullable=False, server_default=""))
    op.add_column("top_ups", sa.Column("points", whole(), nullable=False, server_default="0"))
    op.add_column("top_ups", sa.Column("coupons", whole(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
