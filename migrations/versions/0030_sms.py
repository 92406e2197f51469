"""Codes by SMS: the contract with a provider, messages on their way, what a day and a month have cost."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables; a shop has no contract until its owner writes one."""
    op.create_table(
        "sms_contracts",
        sa.Column("id", whole(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("provider", "key_id")),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("sign_name", "template", "app_id", "region")),
        sa.Column("with_minutes", sa.Boolean(), nullable=False),
        *(sa.Column(name, whole(), nullable=False) for name in ("price", "day_most", "month_most")),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_contracts")),
    )
    op.create_table(
        "sms_messages",
        sa.Column("id", whole(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ending", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("attempts", whole(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_sms_messages_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_sms_messages_key")),
    )
    op.create_index("ix_sms_messages_due", "sms_messages", ["state", "available_at"])
    op.create_index(op.f("ix_sms_messages_expires_at"), "sms_messages", ["expires_at"])
    op.create_index(op.f("ix_sms_messages_member_id"), "sms_messages", ["member_id"])
    op.create_table(
        "sms_spendings",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("count", whole(), nullable=False),
        sa.Column("told", whole(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_sms_spendings")),
    )


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
