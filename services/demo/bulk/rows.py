"""Tables made ready to be filled with very many rows: indexes are built faster afterwards."""

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from services.shared.books import tables
from services.shared.bulk import Sheet
from services.shared.database import Model

CACHE = 400_000  # KiB that SQLite may keep of its pages


def moment(at: datetime) -> str:
    """A moment as both engines take it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def make_room(session: Session) -> None:
    """Let SQLite keep more of the file in memory while it is filled, and PostgreSQL read `moment` as it is meant."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    session.connection().exec_driver_sql(f"PRAGMA cache_size = -{CACHE}" if sqlite else "SET LOCAL timezone TO 'UTC'")


def strip(session: Session, sheets: Iterable[Sheet]) -> None:
    """Drop the indexes of these tables, and on PostgreSQL their references: SQLite can check each row as cheaply."""
    for table in _tables(sheets):
        for index in table.indexes:
            session.execute(DropIndex(index))
        if session.get_bind().dialect.name == "postgresql":
            for key in table.foreign_key_constraints:
                session.execute(DropConstraint(key))


def dress(session: Session, sheets: Iterable[Sheet]) -> None:
    """Put back what `strip` took away, let PostgreSQL count on, and let the planner learn what is there."""
    shapes = {shape.name: shape for shape in tables.shapes()}
    for table in _tables(sheets):
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            session.execute(CreateIndex(index))
        if session.get_bind().dialect.name == "postgresql":
            for key in table.foreign_key_constraints:
                session.execute(AddConstraint(key))
        tables.count_on(session.connection(), shapes[table.name])
    session.execute(sa.text("ANALYZE"))


def lay_aside(session: Session, to: Sheet, beside: Sheet) -> None:
    """Make a table without any index for rows that come in no order."""
    names = ", ".join(to.columns)
    session.execute(sa.text(f"CREATE TABLE {beside.table} AS SELECT {names} FROM {to.table} LIMIT 0"))  # noqa: S608 (names of ours)


def put_in_order(session: Session, to: Sheet, beside: Sheet) -> None:
    """Write the rows laid aside into their own table, in the order of its key."""
    names = ", ".join(to.columns)
    moved = f"INSERT INTO {to.table} ({names}) SELECT {names} FROM {beside.table} ORDER BY {names}"  # noqa: S608 (names of ours)
    session.execute(sa.text(moved))
    session.execute(sa.text(f"DROP TABLE {beside.table}"))


def _tables(sheets: Iterable[Sheet]) -> list[sa.Table]:
    names = {each.table for each in sheets}
    return [table for table in Model.metadata.sorted_tables if table.name in names]
