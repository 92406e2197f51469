"""Imports of spreadsheets."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables. The owner may do everything, so no role gains anything."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "imports",
        sa.Column("id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("total", whole(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("ran_at", moment, nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.Column("undone_at", moment, nullable=True),
        sa.Column("forgotten_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_state", "imports", ["state"])
    op.create_table(
        "import_rows",
        sa.Column("import_id", whole(), nullable=False),
        sa.Column("position", whole(), autoincrement=False, nullable=False),
        sa.Column("sheet", whole(), nullable=False),
        sa.Column("row", whole(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("phone_mark", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("problems", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_import_rows_member_id")),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_rows")),
    )
    op.create_index("ix_import_rows_outcome", "import_rows", ["import_id", "outcome", "position"])
    op.create_index("ix_import_rows_phone", "import_rows", ["phone_mark"])
    op.create_index("ix_import_rows_member_id", "import_rows", ["member_id"])
    op.create_table(
        "import_mappings",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_import_mappings")),
    )


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
