"""Tiers, where members stand on them, and the growth that climbs them."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tiers, where members stand on them, and the growth that climbs them."""
    op.create_table(
        "tiers",
        sa.Column("id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("threshold", whole(), nullable=False),
        sa.Column("pays", whole(), nullable=False),
        sa.Column("multiplier", whole(), nullable=False),
        sa.Column("early_days", whole(), nullable=False),
        sa.Column("birthday_template_id", whole(), nullable=True),
        sa.Column("monthly_template_ids", sa.JSON(), nullable=False),
        sa.Column("wallet_bonus", whole(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("threshold >= 0 AND pays BETWEEN 0 AND 1000", name=op.f("ck_tiers_figures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiers")),
    )
    op.create_table(
        "member_tiers",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("tier_id", whole(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("warned_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_tiers_member_id")),
        sa.ForeignKeyConstraint(["tier_id"], ["tiers.id"], name=op.f("fk_member_tiers_tier_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_tiers")),
    )
    op.create_index(op.f("ix_member_tiers_review_on"), "member_tiers", ["review_on"])
    op.create_index(op.f("ix_member_tiers_tier_id"), "member_tiers", ["tier_id"])
    op.create_table(
        "growth_accounts",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("balance", whole(), nullable=False),
        sa.Column("sequence", whole(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_growth_accounts_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_growth_accounts")),
    )
    op.create_table(
        "growth_entries",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("sequence", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("balance_after", whole(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", whole(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_growth_entries_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_growth_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_growth_entries_key")),
        sa.UniqueConstraint("member_id", "sequence", name=op.f("uq_growth_entries_member_id_sequence")),
    )
    op.create_index("ix_growth_entries_member", "growth_entries", ["member_id", "at"])
    op.create_index(op.f("ix_growth_entries_order_id"), "growth_entries", ["order_id"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
