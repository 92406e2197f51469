"""The audit log is sealed and chained; what it says of members rests under a key of each member's own."""

import base64
import json
import secrets
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from migrations.columns import whole
from services.shared import clock, runtime
from services.shared.database import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_BOUND = (
    "action", "actor_kind", "actor_id", "actor_name", "origin", "store_id", "subject_kind", "subject_id", "member_id",
    "changes",
)  # fmt: skip


def upgrade() -> None:
    """New tables; what stands in the log is sealed and chained in the order of its ids."""
    op.create_table(
        "member_keys",
        sa.Column("member_id", whole(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_keys")),
    )
    _ends()
    op.add_column("audit_entries", sa.Column("member_id", whole(), nullable=True))
    op.add_column("audit_entries", sa.Column("nonce", sa.LargeBinary(), nullable=True))
    op.add_column("audit_entries", sa.Column("mac", sa.LargeBinary(), nullable=True))
    op.add_column("audit_entries", sa.Column("position", whole(), nullable=True))
    op.add_column("audit_entries", sa.Column("chained", sa.LargeBinary(), nullable=True))
    _seal_all(op.get_bind())
    with op.batch_alter_table("audit_entries") as batch:
        batch.alter_column("nonce", existing_type=sa.LargeBinary(), nullable=False)
        batch.alter_column("mac", existing_type=sa.LargeBinary(), nullable=False)
        batch.create_unique_constraint(batch.f("uq_audit_entries_mac"), ["mac"])
        batch.create_unique_constraint(batch.f("uq_audit_entries_position"), ["position"])
    op.create_index(op.f("ix_audit_entries_member_id"), "audit_entries", ["member_id"])
    waiting = sa.text("position IS NULL")
    op.create_index(
        "ix_audit_entries_unchained", "audit_entries", ["id"], sqlite_where=waiting, postgresql_where=waiting
    )


def _ends() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("id", whole(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.Column("chained", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", whole(), nullable=False),
        sa.Column("chained", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_checkpoints")),
    )


def _seal_all(bind: sa.Connection) -> None:
    keys, now = runtime.keys(), clock.now()
    entries = _table("audit_entries", "id", "at", "nonce", "mac", "position", "chained", *_BOUND)
    member_keys: dict[int, bytes] = {}
    position, end = 0, b""
    for row in bind.execute(sa.select(entries).order_by(entries.c.id)).mappings().all():
        entry = dict(row)
        member = entry["subject_id"] if entry["subject_kind"] == "member" else None
        if member is not None and entry["changes"]:
            key = member_keys.setdefault(member, secrets.token_bytes(32))
            entry["changes"] = {"sealed": _sealed(key, member, entry["changes"])}
        if entry["actor_kind"] == "member":
            entry["actor_name"] = ""
        entry["member_id"] = member
        entry["nonce"] = secrets.token_bytes(8)
        position += 1
        mac = _mac(entry)
        placed = position.to_bytes(8, "big") + entry["id"].to_bytes(8, "big", signed=True)
        end = keys.sign("audit-chain", placed + end + mac)
        changed = {name: entry[name] for name in ("member_id", "changes", "actor_name")}
        chained = {"nonce": entry["nonce"], "mac": mac, "position": position, "chained": end}
        bind.execute(sa.update(entries).where(entries.c.id == entry["id"]).values(changed | chained))
    for member, key in member_keys.items():
        made = {"member_id": member, "key": keys.encrypt(key, "member-key"), "made_at": now}
        bind.execute(sa.insert(_table("member_keys", *made)), made)
    if position:
        head = {"id": 1, "position": position, "chained": end, "mac": _end(position, end)}
        bind.execute(sa.insert(_table("audit_heads", *head)), head)


def _sealed(key: bytes, member: int, changes: Any) -> str:
    content = json.dumps(changes, ensure_ascii=False, separators=(",", ":")).encode()
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, content, f"audit:{member}".encode())).decode()


def _mac(entry: dict[str, Any]) -> bytes:
    told = [entry["at"].astimezone(UTC).isoformat(), entry["nonce"].hex(), *(entry[name] for name in _BOUND)]
    body = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return runtime.keys().sign("audit", body.encode())


def _end(position: int, end: bytes) -> bytes:
    return runtime.keys().sign("audit-head", position.to_bytes(8, "big") + end)


def _table(name: str, *columns: str) -> Any:
    types: dict[str, Any] = {"at": UtcDateTime(), "made_at": UtcDateTime(), "changes": sa.JSON()}
    return sa.table(name, *(sa.column(each, types.get(each)) for each in columns))


def downgrade() -> None:
    """Migrations go forward; a copy of the books is the way back."""
    raise NotImplementedError
