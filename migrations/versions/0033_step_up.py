"""A staff session knows when, and with what, its person was last verified."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns; who is signed in now is asked once more before the first sensitive act."""
    op.add_column("staff_sessions", sa.Column("verified_at", sa.DateTime(timezone=True)))
    op.add_column("staff_sessions", sa.Column("verified_by", sa.String()))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
