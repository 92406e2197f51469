"""Many rows straight into a table: COPY on PostgreSQL, one prepared statement on SQLite. For hundreds of rows and more at a time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session


class Sheet(NamedTuple):
    """A table, and which of its columns are written; the others are empty."""

    table: str
    columns: tuple[str, ...]


def sheet(model: Any, columns: str) -> Sheet:
    """The sheet of a model, its columns named in a line."""
    return Sheet(model.__tablename__, tuple(columns.split()))


def write(session: Session, to: Sheet, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows: whole numbers, texts, truths, bytes and None; days and moments as texts in the zone of the connection."""
    if not rows:
        return
    connection = session.connection()
    names = ", ".join(f'"{name}"' for name in to.columns)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {to.table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        places = ", ".join("?" * len(to.columns))
        insert = f"INSERT INTO {to.table} ({names}) VALUES ({places})"  # noqa: S608 (names of ours)
        connection.exec_driver_sql(insert, list(rows))
