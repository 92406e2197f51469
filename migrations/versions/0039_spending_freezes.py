"""A member reports something that was not theirs: nothing is spent until somebody at the shop has looked."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

LIFT = "freezes:lift"
A_MANAGERS = "proofs:override"  # who answers for members at the counter


def upgrade() -> None:
    """One row per member who waits; roles that answer for members may lift it."""
    op.create_table(
        "spending_freezes",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_spending_freezes_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_spending_freezes")),
    )
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, LIFT}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
