"""What thousands of fresh applications in one process need not compile again: templates, and the addresses of routes.

Every test has an application of its own. What these two keep is code that depends on its source alone; no state crosses from test to test.
"""

from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

_COMPILED = ("_parts", "_trace", "_converters", "arguments")  # what `Rule.compile` reads out of an address


class _Templates(BytecodeCache):
    """Compiled templates by name and source, in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled from the same source."""
        kept = self._kept.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled now."""
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def keep_compiled() -> None:
    """Compile each template and each route's address once in this process. Call once."""
    Flask.jinja_options = {"bytecode_cache": _Templates()}
    compile_rule = Rule.compile
    kept: dict[tuple[object, ...], tuple[dict[str, Any], list[Any]]] = {}

    def compile_once(self: Rule) -> None:
        told = (self.rule, self.subdomain, self.host, repr(self.defaults), self.merge_slashes)
        if told not in kept:
            compile_rule(self)
            builders: list[Any] = [self._build, self._build_unknown]
            kept[told] = {name: vars(self)[name] for name in _COMPILED}, [each.__func__ for each in builders]
        parts, functions = kept[told]
        vars(self).update(parts)
        self._build, self._build_unknown = (function.__get__(self) for function in functions)

    Rule.compile = compile_once  # type: ignore[method-assign]
