"""One-time codes that agree to a spending."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One-time codes that agree to a spending."""
    op.add_column("spending_proofs", sa.Column("code_hash", sa.String(), nullable=True))
    op.add_column("spending_proofs", sa.Column("wrong_tries", whole(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
