"""What is kept of a request's body cannot be guessed at any more; ids of passkeys are as wide as all others."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_NARROW = {"passkeys": ("id", "staff_id", "member_id"), "passkey_challenges": ("id", "owner_id")}


def upgrade() -> None:
    """Plain hashes of bodies that held passwords and PINs go: for a request from before, its key alone says that it is the same."""
    op.execute("UPDATE idempotency_keys SET body_hash = ''")
    if op.get_bind().dialect.name == "postgresql":  # SQLite's integers have one width
        for table, columns in _NARROW.items():
            for column in columns:
                op.alter_column(table, column, type_=sa.BigInteger(), existing_type=sa.Integer())


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
