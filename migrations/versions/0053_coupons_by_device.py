"""What happened to a coupon says on which device of the shop."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; of what happened before nobody knows."""
    op.add_column("coupon_events", sa.Column("device_id", whole(), nullable=True))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
