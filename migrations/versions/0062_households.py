"""Households: who shares a member's points and stored value; ledgers and orders name whose purchase it was."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

A_MANAGERS, REMOVES = "members:archive", "households:remove"  # what tells a role, whatever the shop calls it
NAMED = (
    ("wallet_entries", "by_member_id"),
    ("points_entries", "by_member_id"),
    ("pending_points", "by_member_id"),
    ("orders", "payer_id"),
    ("orders", "earner_id"),
)


def upgrade() -> None:
    """Two tables, and columns that are empty for everything before; who archives cards may take somebody out of a household."""
    op.create_table(
        "household_people",
        sa.Column("id", whole(), nullable=False),
        *_shared(),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kinship IN ('spouse', 'grandparent', 'other')", name=op.f("ck_household_people_kinship")),
        sa.CheckConstraint("holder_id <> member_id", name=op.f("ck_household_people_two")),
        sa.CheckConstraint("per_day >= 0 AND per_payment >= 0", name=op.f("ck_household_people_limits")),
        sa.ForeignKeyConstraint(["holder_id"], ["members.id"], name=op.f("fk_household_people_holder_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_household_people_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_people")),
        sa.UniqueConstraint("member_id", name=op.f("uq_household_people_member_id")),
    )
    op.create_index(op.f("ix_household_people_holder_id"), "household_people", ["holder_id"])
    op.create_table(
        "household_invitations",
        sa.Column("id", whole(), nullable=False),
        *_shared(),
        sa.Column("member_id", whole(), nullable=True),
        sa.Column("phone_hash", sa.String(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["holder_id"], ["members.id"], name=op.f("fk_household_invitations_holder_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_household_invitations_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_household_invitations_token_hash")),
    )
    for column in ("holder_id", "member_id"):
        op.create_index(op.f(f"ix_household_invitations_{column}"), "household_invitations", [column])
    whole_number = whole().compile(dialect=op.get_bind().dialect)
    for table, column in NAMED:  # in words: Alembic adds no column with a foreign key on SQLite
        key = op.f(f"fk_{table}_{column}")
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {whole_number} CONSTRAINT {key} REFERENCES members (id)")
    named = sa.text("by_member_id IS NOT NULL")
    op.create_index(
        "ix_wallet_entries_by", "wallet_entries", ["by_member_id", "at"], sqlite_where=named, postgresql_where=named
    )
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, REMOVES}))
            connection.execute(changed)


def _shared() -> list[sa.Column[object]]:
    """Whose account, for whom, and how far."""
    return [
        sa.Column("holder_id", whole(), nullable=False),
        sa.Column("kinship", sa.String(), nullable=False),
        sa.Column("wallet", sa.Boolean(), nullable=False),
        sa.Column("per_day", whole(), nullable=False),
        sa.Column("per_payment", whole(), nullable=False),
        sa.Column("points", sa.Boolean(), nullable=False),
    ]


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
