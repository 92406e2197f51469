"""Children, pregnancies, doses that were given, and the vaccination plan of the shop."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

A_CASHIERS, A_MANAGERS = "members:create", "members:archive"  # what tells a role, whatever the shop calls it
WRITES, KNOWS = "children:create", ("children:change", "children:reveal")


def upgrade() -> None:
    """Four tables; who opens cards may write families down, who archives cards may also change and see them whole."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "children",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=True),
        sa.Column("allergies", sa.String(), nullable=False),
        sa.Column("quiet_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint("sex IN ('girl', 'boy', 'unknown')", name=op.f("ck_children_sex")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_children_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_children")),
    )
    op.create_index(op.f("ix_children_member_id"), "children", ["member_id"])
    op.create_index(op.f("ix_children_born_on"), "children", ["born_on"])
    op.create_table(
        "pregnancies",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("asked_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.CheckConstraint("state IN ('preparing', 'expecting', 'born', 'stopped')", name=op.f("ck_pregnancies_state")),
        sa.CheckConstraint("state <> 'expecting' OR due_on IS NOT NULL", name=op.f("ck_pregnancies_due")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_pregnancies_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pregnancies")),
    )
    op.create_index(op.f("ix_pregnancies_member_id"), "pregnancies", ["member_id"])
    op.create_index("ix_pregnancies_due", "pregnancies", ["state", "due_on"])
    op.create_table(
        "dose_records",
        sa.Column("child_id", whole(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("noted_at", moment, nullable=False),
        sa.CheckConstraint("state IN ('done', 'not_needed')", name=op.f("ck_dose_records_state")),
        sa.ForeignKeyConstraint(
            ["child_id"], ["children.id"], name=op.f("fk_dose_records_child_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("child_id", "code", name=op.f("pk_dose_records")),
    )
    op.create_table(
        "vaccination_plans",
        sa.Column("id", whole(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("doses", sa.JSON(), nullable=False),
        sa.Column("with_optional", sa.Boolean(), nullable=False),
        sa.Column("published_by", whole(), nullable=True),
        sa.Column("published_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["published_by"], ["staff.id"], name=op.f("fk_vaccination_plans_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vaccination_plans")),
        sa.UniqueConstraint("version", name=op.f("uq_vaccination_plans_version")),
    )
    roles = sa.table("roles", sa.column("id"), sa.column("permissions", sa.JSON))
    connection = op.get_bind()
    for role_id, held in connection.execute(sa.select(roles.c.id, roles.c.permissions)).all():
        gained = {WRITES} if A_CASHIERS in held else set()
        gained |= set(KNOWS) if A_MANAGERS in held else set()
        changed = sa.update(roles).where(roles.c.id == role_id).values(permissions=sorted({*held, *gained}))
        connection.execute(changed)


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
