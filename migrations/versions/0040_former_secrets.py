"""The secret that a staff session had before its person was verified stays good for a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns; nobody who is in has a former secret."""
    op.add_column("staff_sessions", sa.Column("former_hash", sa.String()))
    op.add_column("staff_sessions", sa.Column("former_until", sa.DateTime(timezone=True)))
    op.create_index("ix_staff_sessions_former_hash", "staff_sessions", ["former_hash"])


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
