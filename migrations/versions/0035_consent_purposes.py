"""Consent per purpose: words in versions, how and by whom an end was written down; the notice moves out of the settings."""

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole
from services.shared.database import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_OURS = (
    "我们收集您的手机号和您填写的称呼、生日，只用于会员积分、订单和您同意接收的提醒，不会提供给他人。"
    "您可以随时查看、更正或要求删除，也可以不填手机号以外的任何一项。"
)


def upgrade() -> None:
    """Texts of consent; a notice that the owner had written becomes the first of them, under the version it had."""
    op.create_table(
        "consent_texts",
        sa.Column("id", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("anew", sa.Boolean(), nullable=False),
        sa.Column("published_by", whole(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["published_by"], ["staff.id"], name=op.f("fk_consent_texts_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_texts")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_consent_texts_kind_version")),
    )
    with op.batch_alter_table("consents") as consents:
        consents.add_column(sa.Column("text_id", whole(), nullable=True))
        consents.add_column(sa.Column("withdrawn_way", sa.String(), nullable=True))
        consents.add_column(sa.Column("withdrawn_by", whole(), nullable=True))
        consents.create_foreign_key(op.f("fk_consents_text_id"), "consent_texts", ["text_id"], ["id"])
        consents.create_foreign_key(op.f("fk_consents_withdrawn_by"), "staff", ["withdrawn_by"], ["id"])
    _move_notice()


def _move_notice() -> None:
    bind = op.get_bind()
    settings: Any = sa.table(
        "settings", sa.column("name"), sa.column("value", sa.JSON()), sa.column("changed_at", UtcDateTime())
    )
    mine = settings.c.name.in_(("privacy.version", "privacy.notice"))
    kept = {row.name: row for row in bind.execute(sa.select(settings).where(mine))}
    if kept:
        told = {name: row.value if isinstance(row.value, str) else json.dumps(row.value) for name, row in kept.items()}
        texts: Any = sa.table(
            "consent_texts", *map(sa.column, ("kind", "version", "words")), sa.column("anew", sa.Boolean()),
            sa.column("published_at", UtcDateTime()),
        )  # fmt: skip
        at: datetime = max(row.changed_at for row in kept.values()) or datetime.now(UTC)
        row = {"kind": "membership", "version": told.get("privacy.version", "1"), "anew": False, "published_at": at}
        bind.execute(sa.insert(texts).values(words=told.get("privacy.notice", _OURS), **row))
        bind.execute(sa.delete(settings).where(mine))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
