"""Forms, their versions and links, what is sent by them, and what is given for it."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

A_MANAGERS = "members:archive"  # what tells a role, whatever the shop calls it
MAY = {"forms:read", "form_links:change", "form_answers:read", "form_answers:export"}
WORDS = ("title_zh", "title_en", "words_zh", "words_en", "thanks_zh", "thanks_en")


def upgrade() -> None:
    """Five tables. Managers may hang forms up and read what comes back; writing them, and what they give, is for the whole shop."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "forms",
        sa.Column("id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in WORDS),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("version", whole(), nullable=True),
        sa.Column("daily_most", whole(), nullable=True),
        sa.Column("gift_template_id", whole(), nullable=True),
        sa.Column("gift_points", whole(), nullable=False),
        sa.Column("gift_tag_id", whole(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.CheckConstraint("kind IN ('registration', 'survey', 'event')", name=op.f("ck_forms_kind")),
        sa.CheckConstraint("state IN ('draft', 'published', 'closed')", name=op.f("ck_forms_state")),
        sa.ForeignKeyConstraint(["gift_template_id"], ["coupon_templates.id"], name=op.f("fk_forms_gift_template_id")),
        sa.ForeignKeyConstraint(["gift_tag_id"], ["tags.id"], name=op.f("fk_forms_gift_tag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forms")),
    )
    op.create_table(
        "form_versions",
        sa.Column("form_id", whole(), nullable=False),
        sa.Column("version", whole(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("published_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_versions_form_id")),
        sa.PrimaryKeyConstraint("form_id", "version", name=op.f("pk_form_versions")),
    )
    op.create_table(
        "form_links",
        sa.Column("id", whole(), nullable=False),
        sa.Column("form_id", whole(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("archived_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_links_form_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_form_links_store_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_form_links_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_links")),
        sa.UniqueConstraint("token", name=op.f("uq_form_links_token")),
    )
    op.create_index(op.f("ix_form_links_form_id"), "form_links", ["form_id"])
    op.create_table(
        "form_submissions",
        sa.Column("id", whole(), nullable=False),
        sa.Column("form_id", whole(), nullable=False),
        sa.Column("version", whole(), nullable=False),
        sa.Column("link_id", whole(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("submitted_at", moment, nullable=False),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("decided_by", whole(), nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'applied', 'proposal', 'refused')", name=op.f("ck_form_submissions_state")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_submissions_form_id")),
        sa.ForeignKeyConstraint(["link_id"], ["form_links.id"], name=op.f("fk_form_submissions_link_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_form_submissions_store_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_form_submissions_staff_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_form_submissions_member_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_form_submissions_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_submissions")),
    )
    for name, columns in {"form": ["form_id", "id"], "day": ["form_id", "submitted_at"]}.items():
        op.create_index(f"ix_form_submissions_{name}", "form_submissions", columns)
    for name in ("link_id", "member_id"):
        op.create_index(op.f(f"ix_form_submissions_{name}"), "form_submissions", [name])
    waits = sa.text("state = 'proposal'")
    op.create_index(
        "ix_form_submissions_waiting",
        "form_submissions",
        ["store_id", "id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_table(
        "form_gifts",
        sa.Column("form_id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("submission_id", whole(), nullable=False),
        sa.Column("given_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("fk_form_gifts_form_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_form_gifts_member_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["form_submissions.id"], name=op.f("fk_form_gifts_submission_id")),
        sa.PrimaryKeyConstraint("form_id", "member_id", name=op.f("pk_form_gifts")),
    )
    op.create_index(op.f("ix_form_gifts_member_id"), "form_gifts", ["member_id"])
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, *MAY}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
