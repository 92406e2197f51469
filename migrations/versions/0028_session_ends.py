"""A session has an end of its own, however busy it is; what expires before is only the idle one."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.shared.database import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ENDS = {"staff_sessions": timedelta(hours=16), "member_sessions": timedelta(days=400)}


def upgrade() -> None:
    """Sessions that are open end as long after they began as new ones do."""
    for table, life in _ENDS.items():
        # With a default instead of a table made anew: devices point to sessions, and SQLite drops nothing that is pointed to.
        op.add_column(
            table,
            sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, server_default="2000-01-01 00:00:00"),
        )
        rows: Any = sa.table(
            table, sa.column("id"), sa.column("created_at", UtcDateTime()), sa.column("ends_at", UtcDateTime())
        )
        bind = op.get_bind()
        for row in bind.execute(sa.select(rows.c.id, rows.c.created_at)).all():
            bind.execute(sa.update(rows).where(rows.c.id == row.id).values(ends_at=row.created_at + life))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
