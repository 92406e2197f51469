"""Every table as rows that no engine owns: JSON arrays, times in ISO 8601, bytes in base64."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Table

from services.shared.database import Model, UtcDateTime

BATCH = 2000  # rows that travel together
LEFT_OUT = {"heartbeats"}  # says that a worker lives: of no use in a copy

# What a column holds → how a restored one is written. `json?` may be missing, `json` may hold a JSON null.
_TYPES: dict[str, Any] = {
    "time": UtcDateTime(), "date": sa.Date(), "json": sa.JSON(), "json?": sa.JSON(none_as_null=True),
    "bytes": sa.LargeBinary(), "flag": sa.Boolean(), "whole": sa.BigInteger(), "text": sa.String(),
}  # fmt: skip
_KINDS = (
    (UtcDateTime, "time"), (sa.Date, "date"), (sa.JSON, "json"), (sa.LargeBinary, "bytes"),
    (sa.Boolean, "flag"), (sa.Integer, "whole"), (sa.String, "text"),
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """A table's name and its columns with what they hold, as a copy carries them."""

    name: str
    columns: tuple[tuple[str, str], ...]


def shapes() -> tuple[Shape, ...]:
    """Every table that belongs into a copy, referenced ones first."""
    kept = (table for table in Model.metadata.sorted_tables if table.name not in LEFT_OUT)
    return tuple(Shape(table.name, tuple((column.name, _kind(column)) for column in table.columns)) for table in kept)


def _kind(column: Column[Any]) -> str:
    sealed = isinstance(column.type, sa.TypeDecorator) and isinstance(column.type.impl_instance, sa.LargeBinary)
    for wanted, kind in _KINDS:
        if isinstance(column.type, wanted) or (sealed and kind == "bytes"):
            return "json?" if kind == "json" and column.nullable else kind
    raise TypeError(f"{column}: a copy does not know how to carry {column.type!r}")


def dump(connection: Connection, shape: Shape) -> Iterator[tuple[int, bytes]]:
    """The rows of one table in parts: how many, and their lines. Streams; the caller's transaction is the snapshot."""
    table: Table = Model.metadata.tables[shape.name]
    kinds = [kind for _, kind in shape.columns]
    held = [  # what rests sealed travels sealed
        sa.type_coerce(column, sa.LargeBinary()) if kind == "bytes" else column
        for column, kind in zip(table.columns, kinds, strict=True)
    ]
    query = sa.select(*held).order_by(*table.primary_key.columns)
    for rows in connection.execution_options(yield_per=BATCH).execute(query).partitions(BATCH):
        lines = [json.dumps(_carried(row, kinds), ensure_ascii=False, separators=(",", ":")) for row in rows]
        yield len(lines), ("\n".join(lines) + "\n").encode()


def _carried(row: Sequence[Any], kinds: Sequence[str]) -> list[Any]:
    return [_out(value, kind) for value, kind in zip(row, kinds, strict=True)]


def _out(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind in {"time", "date"}:
        return value.isoformat()
    return base64.b64encode(value).decode() if kind == "bytes" else value


def load(connection: Connection, shape: Shape, part: bytes) -> int:
    """Insert one part of a table; returns how many rows it had. The table's columns are those of the copy, not today's."""
    table = sa.table(shape.name, *(sa.column(name, _TYPES[kind]) for name, kind in shape.columns))
    rows = [
        {name: _in(value, kind) for (name, kind), value in zip(shape.columns, json.loads(line), strict=True)}
        for line in part.decode().splitlines()
    ]
    if rows:
        connection.execute(sa.insert(table), rows)
    return len(rows)


def _in(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "time":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    return base64.b64decode(value) if kind == "bytes" else value


def count_on(connection: Connection, shape: Shape) -> None:
    """Let PostgreSQL number new rows after the restored ones (SQLite does so by itself)."""
    if connection.dialect.name != "postgresql" or ("id", "whole") not in shape.columns:
        return
    table = sa.table(shape.name, sa.column("id"))
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(shape.name, "id")))
    highest = connection.scalar(sa.select(sa.func.max(table.c.id)))
    if sequence and highest:
        connection.execute(sa.select(sa.func.setval(sequence, highest)))


def is_empty(connection: Connection) -> bool:
    """Whether no table of this database holds a row."""
    present = sa.inspect(connection).get_table_names()
    mine = [sa.table(name) for name in present if name != "alembic_version"]
    return not any(connection.execute(sa.select(sa.literal(1)).select_from(each).limit(1)).first() for each in mine)
