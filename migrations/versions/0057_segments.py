"""Facts that are worked out, saved segments, tags."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

A_MANAGERS = "members:archive"  # what tells a role, whatever the shop calls it
SHAPES = {"segments:change", "segments:read", "tags:change"}


def upgrade() -> None:
    """Everybody is due once: the worker works out what the books have. Managers may shape segments and tags."""
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("member_facts") as facts:
        facts.add_column(sa.Column("living", sa.Boolean(), nullable=False, server_default=sa.true()))
        facts.add_column(sa.Column("due_at", moment, nullable=True))
        for name in ("visits", "orders_year", "spent_year"):
            facts.add_column(sa.Column(name, whole(), nullable=False, server_default="0"))
        for name in ("rhythm", "weekday", "hour", "weekends", "favourite_product_id", "favourite_category_id"):
            facts.add_column(sa.Column(name, whole(), nullable=True))
        for name in ("birthday_on", "milestone_on"):
            facts.add_column(sa.Column(name, sa.Date(), nullable=True))
        for name in ("milestone", "rfm_before"):
            facts.add_column(sa.Column(name, sa.String(), nullable=True))
    for name in ("favourite_product_id", "birthday_on", "milestone_on"):
        op.create_index(f"ix_member_facts_{name}", "member_facts", [name])
    waiting = sa.text("due_at IS NOT NULL")
    op.create_index("ix_member_facts_due", "member_facts", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.execute(
        "UPDATE member_facts SET living = (SELECT archived_at IS NULL FROM members WHERE members.id = member_facts.member_id), "
        "due_at = (SELECT joined_at FROM members WHERE members.id = member_facts.member_id)"
    )
    op.create_table(
        "segments",
        sa.Column("id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("preset", sa.String(), nullable=True),
        sa.Column("created_by", whole(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("archived_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_segments_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
    )
    op.create_table(
        "tags",
        sa.Column("id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("grouping", sa.String(), nullable=False),
        sa.Column("rule", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("preset", sa.String(), nullable=True),
        sa.Column("followed_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("archived_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
    )
    living = sa.text("archived_at IS NULL")
    op.create_index("ix_tags_name_living", "tags", ["name"], unique=True, sqlite_where=living, postgresql_where=living)
    op.create_table(
        "member_tags",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("tag_id", whole(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("added_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_tags_member_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_member_tags_tag_id")),
        sa.PrimaryKeyConstraint("member_id", "tag_id", name=op.f("pk_member_tags")),
    )
    op.create_index("ix_member_tags_tag", "member_tags", ["tag_id", "member_id"])
    op.create_table(
        "member_products",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("product_id", whole(), nullable=False),
        sa.Column("category_id", whole(), nullable=False),
        sa.Column("pieces", whole(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_products_member_id")),
        sa.PrimaryKeyConstraint("member_id", "product_id", "category_id", name=op.f("pk_member_products")),
    )
    for name in ("product", "category"):
        columns = [f"{name}_id", "member_id", "last_on", "pieces"]
        op.create_index(f"ix_member_products_{name}", "member_products", columns)
    op.create_table(
        "follow_marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_follow_marks")),
    )
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, *SHAPES}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
