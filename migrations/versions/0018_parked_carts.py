"""Carts that wait, and proofs that a member agrees to spend."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Carts that wait, and proofs that a member agrees to spend."""
    op.create_table(
        "parked_carts",
        sa.Column("id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("cart", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", whole(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_parked_carts_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_parked_carts_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_parked_carts_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_carts")),
    )
    op.create_index("ix_parked_carts_store", "parked_carts", ["store_id", "taken_at", "id"])
    op.create_table(
        "spending_proofs",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("most", whole(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("scan_id", whole(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_spending_proofs_member_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_spending_proofs_scan_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_spending_proofs_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_spending_proofs_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending_proofs")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_spending_proofs_scan_id")),
    )
    op.create_index(op.f("ix_spending_proofs_expires_at"), "spending_proofs", ["expires_at"])
    op.create_index(op.f("ix_spending_proofs_member_id"), "spending_proofs", ["member_id"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
