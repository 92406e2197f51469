"""Long lists of one's own: a page at a time, under headings that are not repeated when the next page is added."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import request, url_for
from flask_babel import format_date, get_locale

from services.shared import clock
from webapp.web import addresses, i18n


@dataclass(frozen=True)
class Page:
    """Things under their headings. `shown` is the heading that stands above already; `following` the next page's address."""

    groups: tuple[tuple[str, tuple[Any, ...]], ...]
    following: str | None
    shown: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing."""
        return not self.groups


def after() -> int | None:
    """The id after which the page starts."""
    return addresses.whole("after")


def page(endpoint: str, found: Sequence[Any], size: int, heading: Callable[[Any], str], **filters: Any) -> Page:
    """`found` holds up to one more than `size`; `filters` are kept in the next page's address."""
    things = found[:size]
    groups = tuple((label, tuple(group)) for label, group in groupby(things, heading))
    following = None
    if len(found) > size:
        following = url_for(endpoint, after=things[-1].id, shown=groups[-1][0], **filters)
    return Page(groups, following, request.args.get("shown", ""))


def month_words(moment: datetime) -> str:
    """11月, 2025年12月."""
    day, this_year = i18n.local(moment).date(), i18n.local(clock.now()).year
    if str(get_locale()) == "en":
        return str(format_date(day, "MMMM" if day.year == this_year else "MMMM y"))
    return str(format_date(day, "M月" if day.year == this_year else "y年M月"))
