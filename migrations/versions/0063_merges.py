"""Two cards of one person become one: whose card a merged one is, where a lot came from, the merges, and pairs that are none."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

A_MANAGERS, MERGES = "members:archive", "members:merge"  # what tells a role, whatever the shop calls it


def upgrade() -> None:
    """Two tables, four columns; who archives cards may merge them."""
    moment = sa.DateTime(timezone=True)
    op.add_column("members", sa.Column("merged_into", whole(), nullable=True))
    op.create_index("ix_members_merged_into", "members", ["merged_into"])
    op.add_column("spending_proofs", sa.Column("merge_into", whole(), nullable=True))
    for table in ("points_lots", "wallet_lots"):
        op.add_column(table, sa.Column("origin_id", whole(), nullable=True))
        op.create_index(f"ix_{table}_origin_id", table, ["origin_id"])
    op.create_table(
        "merges",
        sa.Column("id", whole(), nullable=False),
        sa.Column("winner_id", whole(), nullable=False),
        sa.Column("loser_id", whole(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", whole(), nullable=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("undone_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["winner_id"], ["members.id"], name=op.f("fk_merges_winner_id")),
        sa.ForeignKeyConstraint(["loser_id"], ["members.id"], name=op.f("fk_merges_loser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_winner_id"), "merges", ["winner_id"])
    op.create_index(op.f("ix_merges_loser_id"), "merges", ["loser_id"])
    op.create_table(
        "distinct_pairs",
        sa.Column("low_id", whole(), nullable=False),
        sa.Column("high_id", whole(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["low_id"], ["members.id"], name=op.f("fk_distinct_pairs_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["members.id"], name=op.f("fk_distinct_pairs_high_id")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_distinct_pairs")),
    )
    op.create_index("ix_members_wechat_id", "members", ["wechat_id"])
    op.create_index("ix_members_birthday_name", "members", ["birthday_month", "birthday_day", "name"])
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        if A_MANAGERS in held:
            changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, MERGES}))
            connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
