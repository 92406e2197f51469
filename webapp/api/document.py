"""What the OpenAPI page says beside the docstrings: bodies, queries, lists with a cursor, the key of a write, refusals.

Views read their input themselves (shape.py), so that nothing is parsed before the guard has spoken; these decorators only tell.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeVar

import flask_smorest
from marshmallow import INCLUDE, Schema, fields

V = TypeVar("V", bound=Callable[..., Any])
WRITES = ("post", "put", "patch", "delete")
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "The same key and body get the same answer, for 30 days.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128},
}
_PAGING = (
    {"in": "query", "name": "cursor", "schema": {"type": "string"}, "description": "`next` of the page before"},
    {"in": "query", "name": "limit", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}},
)


class Problem(Schema):
    """A refusal, as RFC 9457 writes one; `errors` stand beside their fields, and what a text counts (`retry_after`, `most`, `cap`, `room`,
    `until`) or the new `quote` beside it."""

    class Meta:
        """Members of the kinds of refusal, as RFC 9457 §3.2 has them."""

        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A resource that tells all of its input and its refusals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(_tell_the_rest)

    def takes(self, schema: type[Schema], *, partial: bool = False) -> Callable[[V], V]:
        """The JSON body; `partial`: any of its fields."""
        body = {"in": "json", "required": True, "schema": schema(partial=True) if partial else schema}
        return _note("arguments", lambda told: told.setdefault("parameters", []).append(body))

    def asks(self, *names: str) -> Callable[[V], V]:
        """What may stand behind the `?`."""
        queries = [{"in": "query", "name": name, "schema": {"type": "string"}} for name in names]
        return _note("queries", lambda told: told.setdefault("parameters", []).extend(queries))

    def listing(self, schema: type[Schema], *names: str, paged: bool = True, **beside: fields.Field[Any]) -> Any:
        """A list of these with `next`; `names` may be asked for, `beside` stands next to the items."""
        page = _page(schema, beside)
        paging = [deepcopy(each) for each in _PAGING] if paged else []

        def mark(view: V) -> V:
            told = _note("queries", lambda told: told.setdefault("parameters", []).extend(paging))(view)
            marked: V = self.response(200, page)(self.asks(*names)(told))
            return marked

        return mark

    def unkeyed(self, view: V) -> V:
        """A write that stores nothing: it needs no key."""
        return _note("unkeyed", lambda told: told.update(said=True))(view)


_pages: dict[str, type[Schema]] = {}


def _page(schema: type[Schema], beside: dict[str, fields.Field[Any]]) -> type[Schema]:
    """The schema of a list: one for all lists of these with the same things beside them."""
    name = f"{schema.__name__.removesuffix('Out')}List{''.join(word.title() for word in sorted(beside))}"
    if name not in _pages:
        whole: dict[str, fields.Field[Any]] = {
            "items": fields.List(fields.Nested(schema), required=True),
            "next": fields.String(allow_none=True),
        }
        _pages[name] = Schema.from_dict({**whole, **beside}, name=name)
    return _pages[name]


def _note(part: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[V], V]:
    def mark(view: V) -> V:
        told = deepcopy(getattr(view, "_apidoc", {}))
        change(told.setdefault(part, {}))
        view._apidoc = told  # type: ignore[attr-defined]
        return view

    return mark


def _tell_the_rest(doc: dict[str, Any], told: dict[str, Any], *, method: str, **_kwargs: Any) -> dict[str, Any]:
    parameters = [*doc.get("parameters", []), *told.get("queries", {}).get("parameters", [])]
    if method in WRITES and "unkeyed" not in told:
        parameters.append(deepcopy(_KEY))
    refusal = {"description": "A refusal", "content": {"application/problem+json": {"schema": Problem}}}
    responses = {**doc.get("responses", {}), "default": refusal}
    return {**doc, "responses": responses} | ({"parameters": parameters} if parameters else {})
