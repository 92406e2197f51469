"""What thousands of fresh applications in one process need not compile again: templates, and the addresses of routes.

Every test has an application of its own. What these two keep is code that depends on its source alone; no state crosses from test to test.
"""

from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


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
    compile_builder, kept = Rule._compile_builder, {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        told = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if told not in kept:
            kept[told] = compile_builder(rule, append_unknown)
        return kept[told]

    Rule._compile_builder = compile_once  # type: ignore[assignment,method-assign]
