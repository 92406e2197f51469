"""Points come in lots and expire; the ledger of points is numbered and sealed; rules multiply what is earned."""

import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.columns import whole
from services.shared import runtime
from services.shared.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_A_YEAR = timedelta(days=365)


def upgrade() -> None:
    """New tables; what stands in the ledger is numbered and sealed; each balance becomes one lot that lives a year more."""
    for table in ("points_accounts", "points_entries"):
        op.add_column(table, sa.Column("sequence", whole(), nullable=True))
        op.add_column(table, sa.Column("mac", sa.LargeBinary(), nullable=True))
    _number_and_seal(op.get_bind())
    with op.batch_alter_table("points_accounts") as batch:
        batch.alter_column("sequence", existing_type=whole(), nullable=False)
        batch.alter_column("mac", existing_type=sa.LargeBinary(), nullable=False)
    with op.batch_alter_table("points_entries") as batch:
        batch.alter_column("sequence", existing_type=whole(), nullable=False)
        batch.alter_column("mac", existing_type=sa.LargeBinary(), nullable=False)
        batch.create_unique_constraint(batch.f("uq_points_entries_member_id_sequence"), ["member_id", "sequence"])
    _lots()  # after the entries were rewritten: SQLite makes that table anew, which nothing may point to yet
    _rules()
    _fill_lots(op.get_bind())


def _lots() -> None:
    op.create_table(
        "points_lots",
        sa.Column("id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("order_id", whole(), nullable=True),
        sa.Column("amount", whole(), nullable=False),
        sa.Column("left", whole(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('"left" >= 0 AND "left" <= amount', name=op.f("ck_points_lots_left")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_points_lots_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_lots")),
    )
    some = sa.text('"left" > 0')
    op.create_index(
        "ix_points_lots_usable",
        "points_lots",
        ["member_id", "expires_at", "id"],
        sqlite_where=some,
        postgresql_where=some,
    )
    op.create_index("ix_points_lots_expiring", "points_lots", ["expires_at"], sqlite_where=some, postgresql_where=some)
    op.create_index(op.f("ix_points_lots_order_id"), "points_lots", ["order_id"])
    op.create_table(
        "points_lot_moves",
        sa.Column("id", whole(), nullable=False),
        sa.Column("entry_key", sa.String(), nullable=False),
        sa.Column("lot_id", whole(), nullable=False),
        sa.Column("amount", whole(), nullable=False),
        sa.ForeignKeyConstraint(["entry_key"], ["points_entries.key"], name=op.f("fk_points_lot_moves_entry_key")),
        sa.ForeignKeyConstraint(["lot_id"], ["points_lots.id"], name=op.f("fk_points_lot_moves_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_lot_moves")),
    )
    op.create_index(op.f("ix_points_lot_moves_entry_key"), "points_lot_moves", ["entry_key"])
    op.create_index(op.f("ix_points_lot_moves_lot_id"), "points_lot_moves", ["lot_id"])
    op.create_table(
        "pending_points",
        sa.Column("order_id", whole(), nullable=False),
        sa.Column("member_id", whole(), nullable=False),
        sa.Column("points", whole(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_pending_points_member_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_pending_points")),
    )
    op.create_index(op.f("ix_pending_points_member_id"), "pending_points", ["member_id"])
    op.create_index(op.f("ix_pending_points_due_at"), "pending_points", ["due_at"])


def _rules() -> None:
    op.create_table(
        "earning_rules",
        sa.Column("id", whole(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("multiplier", whole(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("tiers", sa.JSON(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("birthday", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("multiplier >= 0", name=op.f("ck_earning_rules_multiplier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earning_rules")),
    )


def _number_and_seal(bind: sa.Connection) -> None:
    names = ("member_id", "amount", "balance_after", "kind", "key", "order_id", "note", "actor_kind", "actor_id", "at")
    entries = _table("points_entries", "id", "sequence", "mac", *names)
    accounts = _table("points_accounts", "member_id", "balance", "sequence", "mac")
    counts: dict[int, int] = {}
    for row in bind.execute(sa.select(entries).order_by(entries.c.member_id, entries.c.id)).mappings().all():
        sequence = counts[row["member_id"]] = counts.get(row["member_id"], 0) + 1
        mac = _seal({name: row[name] for name in names} | {"sequence": sequence})
        bind.execute(sa.update(entries).where(entries.c.id == row["id"]).values(sequence=sequence, mac=mac))
    for row in bind.execute(sa.select(accounts)).mappings().all():
        member, balance = row["member_id"], row["balance"]
        sequence = counts.get(member, 0)
        mac = _seal({"member_id": member, "balance": balance, "sequence": sequence})
        bind.execute(sa.update(accounts).where(accounts.c.member_id == member).values(sequence=sequence, mac=mac))


def _fill_lots(bind: sa.Connection) -> None:
    accounts, entries = (
        _table("points_accounts", "member_id", "balance"),
        _table("points_entries", "id", "member_id", "key", "at"),
    )
    for member, balance in bind.execute(sa.select(accounts.c.member_id, accounts.c.balance)).all():
        if balance > 0:
            _lot(bind, entries, member, balance)


def _lot(bind: sa.Connection, entries: sa.TableClause, member: int, balance: int) -> None:
    lots = _table("points_lots", "id", "member_id", "amount", "left", "expires_at", "created_at")
    moves = _table("points_lot_moves", "entry_key", "lot_id", "amount")
    last = bind.execute(
        sa.select(entries.c.key, entries.c.at)
        .where(entries.c.member_id == member)
        .order_by(entries.c.id.desc())
        .limit(1)
    ).one()
    row = {
        "member_id": member,
        "amount": balance,
        "left": balance,
        "expires_at": last.at + _A_YEAR,
        "created_at": last.at,
    }
    lot = bind.execute(sa.insert(lots).values(row).returning(lots.c.id)).scalar_one()
    bind.execute(sa.insert(moves).values(entry_key=last.key, lot_id=lot, amount=balance))


def _table(name: str, *columns: str) -> sa.TableClause:
    moments = {"at", "expires_at", "created_at"}
    return sa.table(name, *(sa.column(each, UtcDateTime() if each in moments else None) for each in columns))


def _seal(row: dict[str, Any]) -> bytes:
    """The MAC of services.shared.ledger, as it was when this migration was written."""
    content = json.dumps(["points", sorted(row.items())], default=_plain, separators=(",", ":"), ensure_ascii=False)
    return runtime.keys().sign("ledger", content.encode())


def _plain(value: Any) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
