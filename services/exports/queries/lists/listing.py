"""What every list that can be exported says of itself."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from services.exports.rules import Asked, Column

Row = Mapping[str, Any]
Read = Callable[[Session, Sequence[int], Asked, Collection[str]], list[Row]]


def needs_nothing(_session: Session, _asked: Asked) -> Collection[str]:
    """The filters need no permission beside the list's."""
    return ()


@dataclass(frozen=True)
class Listing:
    """One list: what it is called, what it needs, its columns, the filters of its screen, and how its rows are found and read.

    `select` finds the columns of `key`, whose last is the id and by which the rows are walked, the latest first; `read` tells some of
    them by id, at least the columns asked for: money in fen, moments aware, choices by key. `own` is the subject of own fields that
    are columns too. `needs` says what the filters need beside `permission`, and raises where they name what the asker may not see.
    """

    name: str
    title: str
    permission: str
    columns: tuple[Column, ...]
    filters: type[Schema]
    key: tuple[Any, ...]
    select: Callable[[Session, Asked], Select[Any]]
    read: Read
    own: str = ""
    needs: Callable[[Session, Asked], Collection[str]] = needs_nothing

    def count(self, session: Session, asked: Asked) -> int:
        """How many rows there are."""
        return session.scalar(select(func.count()).select_from(self.select(session, asked).subquery())) or 0

    def page(self, session: Session, asked: Asked, after: tuple[Any, ...] | None, limit: int) -> list[tuple[Any, ...]]:
        """The keys of the next rows after those of `after`."""
        query = self.select(session, asked)
        if after is not None:
            query = query.where(tuple_(*self.key) < after)
        return [tuple(row) for row in session.execute(query.order_by(*(each.desc() for each in self.key)).limit(limit))]
