"""Members, search terms, consents, registration links, facts."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Members, search terms, consents, registration links, facts."""
    op.create_table(
        "registration_links",
        sa.Column("id", whole(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("store_id", whole(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_registration_links_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_links")),
        sa.UniqueConstraint("code", name=op.f("uq_registration_links_code")),
    )
    op.create_table(
        "members",
        sa.Column("id", whole(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("phone_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("gender", sa.String(), nullable=False),
        sa.Column("birthday_calendar", sa.String(), nullable=True),
        sa.Column("birthday_month", whole(), nullable=True),
        sa.Column("birthday_day", whole(), nullable=True),
        sa.Column("birthday_leap", sa.Boolean(), nullable=False),
        sa.Column("birthday_year", whole(), nullable=True),
        sa.Column("birthday_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wechat_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("store_id", whole(), nullable=True),
        sa.Column("opened_by", whole(), nullable=True),
        sa.Column("registration_link_id", whole(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("birthday_month IS NULL OR birthday_month BETWEEN 1 AND 12", name=op.f("ck_members_month")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_members_opened_by")),
        sa.ForeignKeyConstraint(
            ["registration_link_id"], ["registration_links.id"], name=op.f("fk_members_registration_link_id")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_members_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("number", name=op.f("uq_members_number")),
    )
    op.create_index("ix_members_joined", "members", ["joined_at", "id"], unique=False)
    op.create_index(
        "ix_members_phone_living",
        "members",
        ["phone"],
        unique=True,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(op.f("ix_members_registration_link_id"), "members", ["registration_link_id"], unique=False)
    op.create_index(op.f("ix_members_store_id"), "members", ["store_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("staff_id", whole(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_consents_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_consents_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_member_id"), "consents", ["member_id"], unique=False)
    op.create_table(
        "member_facts",
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("orders", whole(), nullable=False),
        sa.Column("spent", whole(), nullable=False),
        sa.Column("first_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_facts_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_facts")),
    )
    op.create_index(op.f("ix_member_facts_last_order_at"), "member_facts", ["last_order_at"], unique=False)
    op.create_table(
        "member_search_terms",
        sa.Column("term", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_search_terms_member_id")),
        sa.PrimaryKeyConstraint("term", "member_id", name=op.f("pk_member_search_terms")),
    )
    op.create_index(op.f("ix_member_search_terms_member_id"), "member_search_terms", ["member_id"], unique=False)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
