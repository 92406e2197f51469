"""Interactions of staff with members."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

A_CASHIERS, A_MANAGERS = "members:create", "members:archive"  # what tells a role, whatever the shop calls it
READS_AND_WRITES, REMOVES = {"interactions:create", "interactions:read"}, {"interactions:remove"}


def upgrade() -> None:
    """A table; what happened to coupons is found by member, too. Who opens cards may write interactions down."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "interactions",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint(
            "kind IN ('call', 'visit', 'consultation', 'service', 'note')", name=op.f("ck_interactions_kind")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_interactions_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_interactions_store_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_interactions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
    )
    op.create_index("ix_interactions_member", "interactions", ["member_id", "at"])
    op.create_index("ix_coupon_events_member", "coupon_events", ["member_id", "at"])
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        gained = READS_AND_WRITES if A_CASHIERS in held else set()
        gained = gained | REMOVES if A_MANAGERS in held else gained
        changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, *gained}))
        connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
