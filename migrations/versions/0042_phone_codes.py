"""Codes that prove a new phone number, and when the person of a member's session last proved to be here."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions that are open have proven nothing lately."""
    op.create_table(
        "phone_codes",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("phone_hash", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("issued_by", whole(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_tries", whole(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issued_by"], ["staff.id"], name=op.f("fk_phone_codes_issued_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_phone_codes_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
    )
    op.create_index(op.f("ix_phone_codes_member_id"), "phone_codes", ["member_id"], unique=False)
    op.create_index(op.f("ix_phone_codes_expires_at"), "phone_codes", ["expires_at"], unique=False)
    op.add_column("member_sessions", sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
