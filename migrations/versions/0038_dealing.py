"""What an owner looked at; and where to find adjustments, redemptions and cash by their time."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table; four indexes, three of them over the few rows that are asked for."""
    op.create_table(
        "dealing_reviews",
        sa.Column("id", whole(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reviewed_by", whole(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reviewed_by"], ["staff.id"], name=op.f("fk_dealing_reviews_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dealing_reviews")),
        sa.UniqueConstraint("key", name=op.f("uq_dealing_reviews_key")),
    )
    for name, table, kind in (
        ("ix_points_entries_adjusted", "points_entries", "adjust"),
        ("ix_wallet_entries_adjusted", "wallet_entries", "adjust"),
        ("ix_coupon_events_redeemed", "coupon_events", "redeem"),
    ):
        some = sa.text(f"kind = '{kind}'")
        op.create_index(name, table, ["at"], sqlite_where=some, postgresql_where=some)
    op.create_index("ix_till_entries_at", "till_entries", ["at"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
