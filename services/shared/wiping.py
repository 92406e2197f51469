"""Taking what somebody is known by out of free text: what one person wrote about another stands in rows that are not theirs."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, or_, select, update
from sqlalchemy.orm import Session

from services.shared.words import N_

GONE = N_("已注销")


@dataclass(frozen=True)
class Traces:
    """How somebody stands in texts. `hints` are plain pieces that a database can look for, one of them is in every text that `pattern`
    finds something in."""

    hints: tuple[str, ...]
    pattern: re.Pattern[str]

    def wiped(self, value: Any) -> Any:
        """`value` (text, or JSON of any depth) without them."""
        if isinstance(value, str):
            return self.pattern.sub(GONE, value)
        if isinstance(value, list):
            return [self.wiped(each) for each in value]
        if isinstance(value, dict):
            return {name: self.wiped(each) for name, each in value.items()}
        return value

    def hinted(self, column: Any) -> ColumnElement[bool]:
        """Whether a column may hold them; JSON may be kept with escapes."""
        told = {form for hint in self.hints for form in (hint, json.dumps(hint)[1:-1])}
        return or_(*(cast(column, String).icontains(each, autoescape=True) for each in sorted(told)))


def wipe(session: Session, model: Any, names: Collection[str], traces: Traces) -> None:
    """Take them out of these columns of a table, whosever rows they are."""
    table = model.__table__
    keys, columns = list(table.primary_key.columns), [table.c[name] for name in names]
    found = select(*keys, *columns).where(or_(*(traces.hinted(column) for column in columns)))
    for row in session.connection().execute(found).mappings().all():
        fresh = {name: traces.wiped(row[name]) for name in names}
        if any(fresh[name] != row[name] for name in names):
            mine = [key == row[key.name] for key in keys]
            session.connection().execute(update(table).where(*mine).values(fresh))
