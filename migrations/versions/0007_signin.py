"""Sessions, one-time codes, member devices, scans."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions, one-time codes, member devices, scans."""
    op.create_table(
        "development_mail",
        sa.Column("id", whole(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_development_mail")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", whole(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff_id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=True),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_staff_sessions_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"], unique=False)
    op.create_table(
        "member_sessions",
        sa.Column("id", whole(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_sessions_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_member_sessions_token_hash")),
    )
    op.create_index(op.f("ix_member_sessions_member_id"), "member_sessions", ["member_id"], unique=False)
    op.create_table(
        "one_time_codes",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("ticket_hash", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("issued_by", whole(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_tries", whole(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issued_by"], ["staff.id"], name=op.f("fk_one_time_codes_issued_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_one_time_codes_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_one_time_codes_ticket_hash")),
    )
    op.create_index("ix_one_time_codes_live", "one_time_codes", ["member_id", "used_at", "expires_at"], unique=False)
    op.create_table(
        "member_devices",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("session_id", whole(), nullable=True),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last_step", whole(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_devices_member_id")),
        sa.ForeignKeyConstraint(["session_id"], ["member_sessions.id"], name=op.f("fk_member_devices_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_devices")),
        sa.UniqueConstraint("handle", name=op.f("uq_member_devices_handle")),
    )
    op.create_index(op.f("ix_member_devices_member_id"), "member_devices", ["member_id"], unique=False)
    op.create_table(
        "scans",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("device_id", whole(), nullable=False),
        sa.Column("step", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["member_devices.id"], name=op.f("fk_scans_device_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_scans_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_scans_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
    )
    op.create_index(op.f("ix_scans_at"), "scans", ["at"], unique=False)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
