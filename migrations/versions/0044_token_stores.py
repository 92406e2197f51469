"""A program may be let into some stores only."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; null opens every store, as all tokens did so far."""
    op.add_column("api_tokens", sa.Column("stores", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
