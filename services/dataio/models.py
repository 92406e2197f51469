"""Imports, their rows, and matchings to be used again."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from services.shared import runtime
from services.shared.database import Model

_PURPOSE = "import-row"


class Sealed(TypeDecorator[Any]):
    """What JSON can say, encrypted under the shop's data key: rows of a file are people whom nobody asked yet."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes:
        """Seal it."""
        content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return runtime.keys().encrypt(content.encode(), _PURPOSE)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Open it again."""
        return json.loads(runtime.keys().decrypt(value or b"", _PURPOSE))


def phone_mark(phone: str | None) -> str | None:
    """What finds the rows of a phone, and says nothing of it without the shop's keys."""
    return runtime.keys().hash(f"{_PURPOSE}:{phone}") if phone else None


class Import(Model):
    """One file that came in. `state`: matching, checking, checked, running, done, undoing, undone.

    `sheets` are name, header (`header_row` 0: there is none), rows and blank rows of each sheet; `mapping` the field of each column, by
    sheet.
    """

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    sheets: Mapped[list[Any]]
    mapping: Mapped[list[Any]]
    choices: Mapped[dict[str, Any]]
    total: Mapped[int]
    actor_id: Mapped[int | None]
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    created_at: Mapped[datetime]
    ran_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]


class ImportRow(Model):
    """One row of a file: what stood there, what was read, what became of it, and what was before. What tells of people is sealed.

    `outcome`: waiting, ready, wrong, created, changed, same, skipped, refused, undone, kept. `problems` are `[column, msgid, params]`.
    `before` is what undoing needs: `card`, `fields` (`[before, after]`), ids of a `child`, `consent` and `tags` that came with the row.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_outcome", "import_id", "outcome", "position"),
        Index("ix_import_rows_phone", "phone_mark"),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[int]
    row: Mapped[int]
    cells: Mapped[list[Any]] = mapped_column(Sealed)
    values: Mapped[dict[str, Any]] = mapped_column(Sealed)
    phone_mark: Mapped[str | None]
    outcome: Mapped[str]
    problems: Mapped[list[Any]] = mapped_column(Sealed)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(Sealed)

    @property
    def phone(self) -> str | None:
        """The phone that was read, E.164."""
        found: str | None = self.values.get("phone")
        return found


class ImportMapping(Model):
    """How a file with these columns was matched the last time."""

    __tablename__ = "import_mappings"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[list[Any]]
    choices: Mapped[dict[str, Any]]
    at: Mapped[datetime]
