"""Till shifts and what passed through them."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Till shifts and what passed through them."""
    op.create_table(
        "till_shifts",
        sa.Column("id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("opening_float", whole(), nullable=False),
        sa.Column("opened_by", whole(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", whole(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted", sa.JSON(), nullable=True),
        sa.Column("expected", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("opening_float >= 0", name=op.f("ck_till_shifts_opening_float")),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_till_shifts_closed_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_till_shifts_opened_by")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_till_shifts_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shifts")),
    )
    op.create_index(
        "ix_till_shifts_open",
        "till_shifts",
        ["store_id", "name"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_till_shifts_store_opened", "till_shifts", ["store_id", "opened_at"])
    op.create_table(
        "till_entries",
        sa.Column("id", whole(), nullable=False),
        sa.Column("shift_id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tender", sa.String(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shift_id"], ["till_shifts.id"], name=op.f("fk_till_entries_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_till_entries_key")),
    )
    op.create_index("ix_till_entries_shift", "till_entries", ["shift_id", "id"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
