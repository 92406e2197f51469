"""Whether a number is still its member's, asked of who comes in by a code after a long silence."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A question lives for ten minutes: none is open."""
    op.create_table(
        "phone_questions",
        sa.Column("id", whole(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_phone_questions_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_questions")),
    )
    for column in ("browser_hash", "member_id", "expires_at"):
        op.create_index(op.f(f"ix_phone_questions_{column}"), "phone_questions", [column], unique=False)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
