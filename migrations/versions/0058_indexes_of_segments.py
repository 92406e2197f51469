"""Segments over many members: who agrees to what, and who bought since a day, without reading the rows."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indexes."""
    holding = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "ix_consents_holding",
        "consents",
        ["kind", "member_id", "text_id"],
        sqlite_where=holding,
        postgresql_where=holding,
    )
    op.create_index("ix_orders_day_member", "orders", ["day", "member_id", "state", "paid", "refunded"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
