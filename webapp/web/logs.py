"""Logs: one JSON line per event on standard error, with a request id, never with personal values or codes."""

import logging
import sys
import time

import structlog
from flask import Flask, Response, g, request

from services.shared import ids

log = structlog.get_logger("request")


def init_app(app: Flask) -> None:
    """Configure logging once and count the time of every request."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()
    g.request_id = ids.token()[:12]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    if response.status_code >= 500 or not request.path.startswith(("/static/", "/healthz")):
        took = round((time.perf_counter() - g.started) * 1000, 1)
        log.info("answered", method=request.method, path=request.path, status=response.status_code, ms=took)
    return response
