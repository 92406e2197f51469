"""The shape that every resource shares: lists with a cursor, bodies read by a schema, one object written by a schema."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from marshmallow import Schema

from services.shared.refusals import Invalid
from services.shared.words import N_
from webapp.web import edge, forms

DEFAULT_LIMIT, MOST = 50, 200


def body(schema: type[Schema], *, partial: bool = False) -> dict[str, Any]:
    """The JSON body, checked. Raises Invalid (422)."""
    return forms.load(schema, forms.sent_object(), partial=partial)


def one(schema: type[Schema], thing: Any, status: int = 200) -> Response:
    """One object as JSON."""
    return edge.json_answer(forms.made(schema).dump(thing), status)


def page(schema: type[Schema], fetch: Callable[[int | None, int], Sequence[Any]], **beside: Any) -> Response:
    """A list with a cursor: `fetch(after_id, limit)` returns things in the order of their ids' pages.

    The cursor is the id after which the next page starts. `beside` stands next to the items (a balance).
    """
    limit, after = asked_limit(), _after()
    found = list(fetch(after, limit + 1))
    items, more = found[:limit], len(found) > limit
    following = _cursor(items[-1].id) if more else None
    return edge.json_answer({"items": forms.made(schema).dump(items, many=True), "next": following, **beside})


def asked_limit() -> int:
    """How many things of a list are wanted. Raises Invalid."""
    value = request.args.get("limit", str(DEFAULT_LIMIT))
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= MOST):
        raise Invalid({"limit": [N_("1 到 200 之间")]})
    return int(value)


def _cursor(last_id: int) -> str:
    return base64.urlsafe_b64encode(json.dumps(last_id).encode()).decode().rstrip("=")


def _after() -> int | None:
    cursor = request.args.get("cursor")
    if not cursor:
        return None
    try:
        after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        after = None
    if not isinstance(after, int) or isinstance(after, bool) or abs(after) > 2**53:
        raise Invalid({"cursor": [N_("这个游标不对")]})
    return after
