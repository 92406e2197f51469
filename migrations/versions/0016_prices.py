"""Products have a member's price, may be weighed or priced at the counter, and say what may lower them."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Products have a member's price, may be weighed or priced at the counter, and say what may lower them."""
    op.add_column("products", sa.Column("pricing", sa.String(), nullable=False, server_default="piece"))
    op.add_column("products", sa.Column("member_price", whole(), nullable=True))
    op.add_column("products", sa.Column("takes_tier", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("products", sa.Column("takes_coupons", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("products", sa.Column("launches_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
