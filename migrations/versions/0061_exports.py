"""Lists as files, made in the background; managers may take along what they see."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

A_MANAGERS = "members:archive"  # what tells a role, whatever the shop calls it
MAY = {"exports:create"}


def upgrade() -> None:
    """One table, and a permission: for owners anyway, for managers too."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "exports",
        sa.Column("id", whole(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("listing", "format")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("columns", "filters", "words")),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("stores", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows", whole(), nullable=False),
        sa.Column("rows_total", whole(), nullable=True),
        sa.Column("attempts", whole(), nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("claimed_until", moment, nullable=True),
        sa.Column("begun_at", moment, nullable=True),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("size", whole(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.Column("expires_at", moment, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'working', 'ready', 'failed')", name=op.f("ck_exports_state")),
        sa.CheckConstraint("format IN ('xlsx', 'csv')", name=op.f("ck_exports_format")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index("ix_exports_actor", "exports", ["actor_kind", "actor_id", "id"])
    is_open = sa.text("state IN ('waiting', 'working')")
    op.create_index("ix_exports_open", "exports", ["claimed_until"], sqlite_where=is_open, postgresql_where=is_open)
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, *MAY}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
