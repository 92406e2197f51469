"""Who made a token answers for what it does."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column, filled from the audit log where it tells who it was."""
    with op.batch_alter_table("api_tokens") as batch:
        batch.add_column(sa.Column("made_by", whole(), nullable=True))
        batch.create_foreign_key(op.f("fk_api_tokens_made_by"), "staff", ["made_by"], ["id"])
    tokens = sa.table("api_tokens", sa.column("id"), sa.column("made_by"))
    log = sa.table("audit_entries", *map(sa.column, ("action", "subject_id", "actor_kind", "actor_id")))
    made = sa.select(log.c.subject_id, log.c.actor_id).where(
        log.c.action == "tokens:create", log.c.actor_kind == "staff"
    )
    for token_id, staff_id in op.get_bind().execute(made).all():
        op.get_bind().execute(sa.update(tokens).where(tokens.c.id == token_id).values(made_by=staff_id))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
