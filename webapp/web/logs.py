"""Logs: one JSON line per event on standard error, with a request id, never with personal values or codes.

A path is told as far as it names no code (`/r/<token>`); whatever else looks like a phone or a secret is taken out of every line.
"""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from services.shared import ids

log = structlog.get_logger("request")
# Phones; member codes and other long numbers; coupon codes; secrets of sessions, links and tokens.
_SECRETS = re.compile(
    r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)|\+\d{7,15}(?!\d)|(?<!\d)\d{14,}(?!\d)"
    r"|\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}\b|\bck_[\w-]{16,}|(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{32,}",
    re.ASCII,
)


def init_app(app: Flask) -> None:
    """Configure logging once and count the time of every request."""
    configure()
    app.before_request(_start)
    app.after_request(_finish)


def configure() -> None:
    """Lines go to what is standard error now."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line without anything that looks like a phone or a secret."""
    for name, value in event.items():
        if isinstance(value, str) and name != "timestamp":
            event[name] = _SECRETS.sub("…", value)
    return event


def path() -> str:
    """The path of this request; words in it that are no more than a name for the program stand for what was there (codes, tokens)."""
    rule = request.url_rule
    if rule is None:
        return request.path
    kept = {name: str(value) for name, value in (request.view_args or {}).items() if not isinstance(value, str)}
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda match: kept.get(match[1], f"<{match[1]}>"), rule.rule)


def _start() -> None:
    g.started = time.perf_counter()
    g.request_id = ids.token()[:12]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    if response.status_code >= 500 or not request.path.startswith(("/static/", "/healthz")):
        took = round((time.perf_counter() - g.started) * 1000, 1)
        log.info("answered", method=request.method, path=path(), status=response.status_code, ms=took)
    return response
