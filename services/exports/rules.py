"""What an export is made of, and how long things last. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.shared.actors import Actor

TEXT, MONEY, DATE, TIME, NUMBER, CHOICE = "text", "money", "date", "time", "number", "choice"
XLSX, CSV = "xlsx", "csv"
FORMATS = (XLSX, CSV)
WAITING, WORKING, READY, FAILED = "waiting", "working", "ready", "failed"
OPEN = (WAITING, WORKING)
LIFE = timedelta(days=7)  # as long as a file lies there
LEASE = timedelta(minutes=1)  # without a sign of life for so long, another worker begins anew
MOST_ATTEMPTS = 3
MOST_OPEN = 3  # of one person, at once
MOST_AT_ONCE = 2  # being made: one worker stays free for what customers wait for
OWN = "field."  # what the keys of the shop's own fields begin with
UNSAID = frozenset({"q"})  # filters that may be somebody's name: not in the log, and gone with the end
EXCEL_ROWS = 1_048_575  # below its head


@dataclass(frozen=True)
class Column:
    """One column of a list. `label` is a msgid (of the shop's own fields the words themselves); `permission` is what it needs beside the
    list's; `usual`: chosen unless somebody says otherwise; `choices` are the shop's own words by key, in Chinese and English."""

    key: str
    label: str
    kind: str = TEXT
    permission: str | None = None
    usual: bool = True
    english: str = ""
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        """Whether the shop made the column itself."""
        return self.key.startswith(OWN)


@dataclass(frozen=True)
class Asked:
    """What is taken along: the list's filters, who asked, when, and whether phones are whole."""

    filters: Mapping[str, Any]
    actor: Actor
    at: datetime
    zone: str
    whole: bool = False

    def get(self, name: str) -> Any:
        """One filter; None where it is not set."""
        return self.filters.get(name) or None


def without_words(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters without what may be somebody's name."""
    return {name: value for name, value in filters.items() if name not in UNSAID}


def covers(actor: Actor, permissions: list[str], stores: list[int] | None) -> bool:
    """Whether this actor may still do all of it, in all of these stores."""
    reaches = actor.stores is None or (stores is not None and set(stores) <= actor.stores)
    return reaches and all(actor.may(each) for each in permissions)
