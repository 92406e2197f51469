"""Opening a store is for who works in every store: a permission of its own, for roles and programs that could do it so far."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

CHANGE, CREATE = "stores:change", "stores:create"


def upgrade() -> None:
    """Whoever held the one holds both."""
    connection = op.get_bind()
    for name, column in (("roles", "permissions"), ("api_tokens", "scopes")):
        table = sa.table(name, sa.column("id"), sa.column(column, sa.JSON))
        for row_id, held in connection.execute(sa.select(table.c.id, table.c[column])).all():
            if CHANGE in held:
                changed = sa.update(table).where(table.c.id == row_id).values({column: sorted({*held, CREATE})})
                connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
