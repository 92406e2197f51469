"""Stored value: accounts, entries, lots, plans, top-ups, payouts."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Stored value: accounts, entries, lots, plans, top-ups, payouts."""
    op.create_table(
        "wallet_accounts",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("principal", whole(), nullable=False),
        sa.Column("bonus", whole(), nullable=False),
        sa.Column("sequence", whole(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("principal >= 0 AND bonus >= 0", name=op.f("ck_wallet_accounts_balances")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_wallet_accounts_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_wallet_accounts")),
    )
    op.create_table(
        "wallet_entries",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("sequence", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("principal", whole(), nullable=False),
        sa.Column("bonus", whole(), nullable=False),
        sa.Column("principal_after", whole(), nullable=False),
        sa.Column("bonus_after", whole(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("store_id", whole(), nullable=True),
        sa.Column("order_id", whole(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_wallet_entries_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_wallet_entries_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_wallet_entries_key")),
        sa.UniqueConstraint("member_id", "sequence", name=op.f("uq_wallet_entries_member_id_sequence")),
    )
    op.create_index("ix_wallet_entries_member", "wallet_entries", ["member_id", "id"])
    op.create_index(op.f("ix_wallet_entries_order_id"), "wallet_entries", ["order_id"])
    op.create_index("ix_wallet_entries_store_at", "wallet_entries", ["store_id", "at"])
    op.create_table(
        "wallet_lots",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("principal", whole(), nullable=False),
        sa.Column("bonus", whole(), nullable=False),
        sa.Column("principal_left", whole(), nullable=False),
        sa.Column("bonus_left", whole(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "principal_left BETWEEN 0 AND principal AND bonus_left BETWEEN 0 AND bonus",
            name=op.f("ck_wallet_lots_left"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_wallet_lots_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_lots")),
    )
    op.create_index("ix_wallet_lots_member", "wallet_lots", ["member_id", "id"])
    op.create_table(
        "wallet_lot_moves",
        sa.Column("id", whole(), nullable=False),
        sa.Column("entry_key", sa.String(), nullable=False),
        sa.Column("lot_id", whole(), nullable=False),
        sa.Column("principal", whole(), nullable=False),
        sa.Column("bonus", whole(), nullable=False),
        sa.ForeignKeyConstraint(["entry_key"], ["wallet_entries.key"], name=op.f("fk_wallet_lot_moves_entry_key")),
        sa.ForeignKeyConstraint(["lot_id"], ["wallet_lots.id"], name=op.f("fk_wallet_lot_moves_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_lot_moves")),
    )
    op.create_index(op.f("ix_wallet_lot_moves_entry_key"), "wallet_lot_moves", ["entry_key"])
    op.create_index(op.f("ix_wallet_lot_moves_lot_id"), "wallet_lot_moves", ["lot_id"])
    op.create_table(
        "top_up_plans",
        sa.Column("id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("bonus", whole(), nullable=False),
        sa.Column("points", whole(), nullable=False),
        sa.Column("template_id", whole(), nullable=True),
        sa.Column("coupons", whole(), nullable=False),
        sa.Column("per_member", whole(), nullable=True),
        sa.Column("stores", sa.JSON(), nullable=False),
        sa.Column("sort", whole(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "amount > 0 AND bonus >= 0 AND points >= 0 AND coupons >= 0", name=op.f("ck_top_up_plans_figures")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up_plans")),
    )
    op.create_table(
        "top_ups",
        sa.Column("id", whole(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("lot_id", whole(), nullable=False),
        sa.Column("plan_id", whole(), nullable=True),
        sa.Column("principal", whole(), nullable=False),
        sa.Column("bonus", whole(), nullable=False),
        sa.Column("tenders", sa.JSON(), nullable=False),
        sa.Column("shift_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["wallet_lots.id"], name=op.f("fk_top_ups_lot_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_top_ups_member_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["top_up_plans.id"], name=op.f("fk_top_ups_plan_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_top_ups_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_top_ups_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_ups")),
        sa.UniqueConstraint("lot_id", name=op.f("uq_top_ups_lot_id")),
        sa.UniqueConstraint("number", name=op.f("uq_top_ups_number")),
    )
    op.create_index(op.f("ix_top_ups_member_id"), "top_ups", ["member_id"])
    op.create_index(op.f("ix_top_ups_plan_id"), "top_ups", ["plan_id"])
    op.create_index(op.f("ix_top_ups_shift_id"), "top_ups", ["shift_id"])
    op.create_index("ix_top_ups_store_at", "top_ups", ["store_id", "at"])
    op.create_table(
        "payouts",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("policy", whole(), nullable=False),
        sa.Column("floor", whole(), nullable=False),
        sa.Column("bonus_lost", whole(), nullable=False),
        sa.Column("tender", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("shift_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_payouts_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_payouts_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_payouts_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
    )
    op.create_index(op.f("ix_payouts_member_id"), "payouts", ["member_id"])
    op.create_index(op.f("ix_payouts_shift_id"), "payouts", ["shift_id"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
