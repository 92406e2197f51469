"""Coupon templates, coupons, what happened to them, and the counters behind their limits."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Coupon templates, coupons, what happened to them, and the counters behind their limits."""
    op.create_table(
        "coupon_templates",
        sa.Column("id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", whole(), nullable=False),
        sa.Column("pays", whole(), nullable=False),
        sa.Column("cap", whole(), nullable=True),
        sa.Column("threshold", whole(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("stack_group", sa.String(), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("combines_with", sa.JSON(), nullable=True),
        sa.Column("with_tier", sa.Boolean(), nullable=False),
        sa.Column("with_points", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("valid_days", whole(), nullable=True),
        sa.Column("starts_after", whole(), nullable=False),
        sa.Column("stock", whole(), nullable=True),
        sa.Column("per_member", whole(), nullable=True),
        sa.Column("per_day", whole(), nullable=True),
        sa.Column("transferable", sa.Boolean(), nullable=False),
        sa.Column("claimable", sa.Boolean(), nullable=False),
        sa.Column("public_code", sa.String(), nullable=True),
        sa.Column("welcome", sa.Boolean(), nullable=False),
        sa.Column("how_to", sa.String(), nullable=False),
        sa.Column("issued", whole(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stock IS NULL OR issued <= stock", name=op.f("ck_coupon_templates_stock")),
        sa.CheckConstraint(
            "value >= 0 AND pays BETWEEN 0 AND 1000 AND threshold >= 0", name=op.f("ck_coupon_templates_figures")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_templates")),
        sa.UniqueConstraint("public_code", name=op.f("uq_coupon_templates_public_code")),
    )
    op.create_table(
        "coupons",
        sa.Column("id", whole(), nullable=False),
        sa.Column("template_id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reserved_for", sa.String(), nullable=True),
        sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("order_id", whole(), nullable=True),
        sa.Column("store_id", whole(), nullable=True),
        sa.Column("saved", whole(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_coupons_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_coupons_store_id")),
        sa.ForeignKeyConstraint(["template_id"], ["coupon_templates.id"], name=op.f("fk_coupons_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_coupons_code_hash")),
        sa.UniqueConstraint("key", name=op.f("uq_coupons_key")),
    )
    op.create_index("ix_coupons_member_state", "coupons", ["member_id", "state", "expires_at"])
    op.create_index(op.f("ix_coupons_order_id"), "coupons", ["order_id"])
    op.create_index("ix_coupons_state_expires", "coupons", ["state", "expires_at"])
    op.create_index("ix_coupons_template_state", "coupons", ["template_id", "state"])
    op.create_table(
        "coupon_events",
        sa.Column("id", whole(), nullable=False),
        sa.Column("coupon_id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("order_id", whole(), nullable=True),
        sa.Column("store_id", whole(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_events_coupon_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_events")),
    )
    op.create_index(op.f("ix_coupon_events_coupon_id"), "coupon_events", ["coupon_id"])
    op.create_table(
        "coupon_counts",
        sa.Column("id", whole(), nullable=False),
        sa.Column("template_id", whole(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("count", whole(), nullable=False),
        sa.ForeignKeyConstraint(["template_id"], ["coupon_templates.id"], name=op.f("fk_coupon_counts_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_counts")),
        sa.UniqueConstraint("template_id", "subject", name=op.f("uq_coupon_counts_template_id_subject")),
    )
    op.create_table(
        "coupon_transfers",
        sa.Column("id", whole(), nullable=False),
        sa.Column("coupon_id", whole(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("from_member_id", whole(), nullable=False),
        sa.Column("to_member_id", whole(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_transfers_coupon_id")),
        sa.ForeignKeyConstraint(["from_member_id"], ["members.id"], name=op.f("fk_coupon_transfers_from_member_id")),
        sa.ForeignKeyConstraint(["to_member_id"], ["members.id"], name=op.f("fk_coupon_transfers_to_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_transfers")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_coupon_transfers_token_hash")),
    )
    op.create_index(op.f("ix_coupon_transfers_coupon_id"), "coupon_transfers", ["coupon_id"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
