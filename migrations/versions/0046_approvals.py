"""What waits for a second person; roles that pay stored value back may see it and decide."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

GAINED = {"approvals:read", "approvals:decide"}
A_MANAGERS = "wallet:pay_out"


def upgrade() -> None:
    """One table; nothing that exists changes but what roles of managers may."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "approvals",
        sa.Column("id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("store_id", whole(), nullable=True),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_kind", sa.String(), nullable=False),
        sa.Column("asked_by", whole(), nullable=False),
        sa.Column("asked_name", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("decided_by", whole(), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("usable_until", moment, nullable=True),
        sa.Column("used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_approvals_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_approvals_store_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_approvals_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_state_id"), "approvals", ["state", "id"])
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, *GAINED}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
