"""What may stand in an address: `<int:…>` is an id, so a number that no database can count to is no page (404), not an error.

A null character, which PostgreSQL holds in no text and nobody types, is read past.
"""

from typing import Any

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, UnicodeConverter
from werkzeug.utils import cached_property

HIGHEST_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """A whole number that fits into a column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": HIGHEST_ID, **kwargs})


class WordConverter(UnicodeConverter):
    """A word; one with a null character in it names nothing (404)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regex = self.regex.replace("[^/]", r"[^/\0]")


class CleanRequest(Request):
    """A request whose query holds no null character."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands behind the `?`."""
        asked = super().args
        return ImmutableMultiDict((name, value.replace("\0", "")) for name, value in asked.items(multi=True))


def init_app(app: Flask) -> None:
    """Before any route is registered."""
    app.request_class = CleanRequest
    app.url_map.converters |= {"int": IdConverter, "default": WordConverter, "string": WordConverter}


def whole(name: str) -> int | None:
    """The id behind `?name=`; None when it is missing, or no number that a column can hold."""
    found: int | None = request.args.get(name, type=int)
    return found if found is not None and 0 <= found <= HIGHEST_ID else None
