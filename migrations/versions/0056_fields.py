"""The shop's own fields, and what was answered to them."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

A_MANAGERS, SEES = "members:archive", "fields:read_private"  # what tells a role, whatever the shop calls it


def upgrade() -> None:
    """Two tables; who archives cards may also see the values that not everybody sees."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "fields",
        sa.Column("id", whole(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("label_zh", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("help", sa.String(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("shown_form", sa.Boolean(), nullable=False),
        sa.Column("shown_counter", sa.Boolean(), nullable=False),
        sa.Column("shown_member", sa.Boolean(), nullable=False),
        sa.Column("seen_by", sa.String(), nullable=False),
        sa.Column("searchable", sa.Boolean(), nullable=False),
        sa.Column("indexed_to", whole(), nullable=True),
        sa.Column("position", whole(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("archived_at", moment, nullable=True),
        sa.CheckConstraint("subject IN ('member', 'child', 'order', 'product')", name=op.f("ck_fields_subject")),
        sa.CheckConstraint(
            "kind IN ('text', 'number', 'money', 'date', 'choice', 'choices', 'yes_no', 'phone', 'photo')",
            name=op.f("ck_fields_kind"),
        ),
        sa.CheckConstraint("seen_by IN ('staff', 'private')", name=op.f("ck_fields_seen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fields")),
        sa.UniqueConstraint("subject", "key", name=op.f("uq_fields_subject_key")),
    )
    op.create_table(
        "field_values",
        sa.Column("subject_id", whole(), nullable=False),
        sa.Column("field_id", whole(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("number", whole(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["field_id"], ["fields.id"], name=op.f("fk_field_values_field_id")),
        sa.PrimaryKeyConstraint("subject_id", "field_id", "position", name=op.f("pk_field_values")),
    )
    for name in ("number", "words", "day"):
        op.create_index(f"ix_field_values_{name}", "field_values", ["field_id", name, "subject_id"])
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, SEES}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
