"""Devices of the shop that several people share, the codes that enrol them, and the PINs of staff; managers may enrol."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

GAINED = "shop_devices:change"
A_MANAGERS = "members:archive"  # what tells a role of managers, whatever the shop calls it


def upgrade() -> None:
    """Three tables and a column; roles of managers may enrol devices."""
    moment = sa.DateTime(timezone=True)
    op.add_column("staff_sessions", sa.Column("device_id", sa.Integer()))
    op.create_index("ix_staff_sessions_device_id", "staff_sessions", ["device_id"])
    op.create_table(
        "shop_devices",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("store_id", sa.Integer(), sa.ForeignKey("stores.id"), nullable=False, index=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False, unique=True),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("enrolled_by", sa.Integer(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("revoked_at", moment),
    )
    op.create_table(
        "device_codes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("store_id", sa.Integer(), sa.ForeignKey("stores.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False, index=True),
        sa.Column("issued_by", sa.Integer(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False, index=True),
        sa.Column("used_at", moment),
    )
    op.create_table(
        "staff_pins",
        sa.Column("staff_id", sa.Integer(), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
    )
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, GAINED}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
