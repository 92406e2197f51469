"""Since when a member's phone number is somebody else's."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody's was, as far as is known."""
    op.add_column("members", sa.Column("phone_lost_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
