"""What nobody sends by accident: values, bodies and addresses for tests that ask for no more than a refusal."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

DEEP = 100_000

# As text: in forms and addresses.
TEXTS = (
    "", " ", "\0", "a\0b", "-1", "0", "1e400", "NaN", "-Infinity", str(2**63), str(-(2**63) - 1), "9" * 400, "9" * 5000,
    "0x10", "１２３", "²", "٣", "1.5", "1,5", "true", "null", "[]", "{}", "../../etc/passwd", "%s%n%(x)s{0}", "' OR 1=1 --",
    "<script>alert(1)</script>", "{{7*7}}", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "\u202e文",
    "\r\nSet-Cookie: a=b", "🍰" * 50, "e\u0301" * 50, "长" * 10_000, "2026-13-45", "0000-00-00", "10000-01-01", "25:61",
    "drawn:nothing", "#zzzzzz", "Mars/Olympus", "s_1", "s_" + "9" * 30, "88" + "0" * 18,
)  # fmt: skip

# As JSON: in the bodies of programs.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, -0.0, 1e308, 2**31, 2**63, -(2**63) - 1, 10**400, float("nan"), float("inf"), [], {}, [[]],
    [None], [{}], {"": None}, {"a": {"b": []}}, [1] * 1000, "\ud800", "x" * 100_000, *TEXTS,
)  # fmt: skip

# As bytes: what claims to be JSON.
BODIES = (
    b"", b"\0", b"{", b"[]", b"null", b"true", b"0", b'"x"', b"\xff\xfe{}", b'{"name": "\xc3\x28"}', b'{"a": 1, "a": 2}', b"NaN",
    b'{"amount": NaN}', b'{"amount": 1e999}', b'{"amount": ' + b"9" * 5000 + b"}", b"[" * DEEP, b'{"a":' * DEEP,
    b'{"lines": ' + b"[" * DEEP + b"]" * DEEP + b"}", b"\xef\xbb\xbf{}", '{"名": 1}'.encode("utf-16"), b"{}" * 1000,
)  # fmt: skip
TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "",
)


def with_one_wrong(body: dict[str, Any], step: int = 1) -> Iterator[dict[str, Any]]:
    """The body with each of its fields, at any depth, replaced by each `step`th of the values, each field by others."""
    for place, (name, value) in enumerate(body.items()):
        for wrong in VALUES[place % step :: step]:
            yield body | {name: wrong}
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            for changed in with_one_wrong(inner, step):
                yield body | {name: [changed] if isinstance(value, list) else changed}


def written(body: Any) -> bytes:
    """As a program would send it that does not care (NaN, halves of characters)."""
    return json.dumps(body).encode()


def address(rule: Rule, **known: Any) -> str:
    """An address of this rule; an id that is not known is 1."""
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda match: str(known.get(match[1], "1")), rule.rule)


def rules(app: Flask, method: str) -> list[Rule]:
    """The pages (not the API, nothing built) that answer to this method."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/static", "/dist", "/uploads"))
    ]


class Fields(HTMLParser):
    """Collects the names of what can be filled in on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A field has a name."""
        name = dict(attrs).get("name")
        if tag in {"input", "select", "textarea", "button"} and name and name not in {"csrf_token", "idempotency_key"}:
            self.names.add(name)


def fields(page: str) -> set[str]:
    """The names of the fields on a page."""
    reader = Fields()
    reader.feed(page)
    return reader.names
