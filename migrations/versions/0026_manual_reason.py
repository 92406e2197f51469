"""Why a price was changed, or a discount given, by hand: the order says it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders keep the reason; what was sold before has none."""
    op.add_column("orders", sa.Column("manual_reason", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
