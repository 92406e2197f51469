"""Sessions and passkeys know whether it was a code that staff showed that let somebody in."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column each; of those that are there already nobody knows."""
    for table in ("member_sessions", "passkeys"):
        op.add_column(table, sa.Column("by_shown_code", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
