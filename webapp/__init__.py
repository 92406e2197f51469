"""The surfaces: they parse, ask a service, and render. No rules, no SQL, no commit.

`create_app` builds the one Flask application that serves the staff app, the member app, the API and the public pages.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

# What is needed is imported when it is built: a process that only watches over others stays small.
if TYPE_CHECKING:
    from flask import Flask

    from services.shared.config import Config

# In this order: addresses before any route, people before what asks who is there.
PARTS = (
    "addresses", "logs", "i18n", "floods", "assets", "security", "people", "forms", "edge", "errors", "template_words", "consent_words",
    "member_words", "families", "own_fields", "form_words", "segment_words", "coupon_words", "wallet_words", "household_words",
    "receipt_words", "order_flags", "pwa", "step_up",
)  # fmt: skip


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """The application for one shop, configured from `environ`. Raises ConfigurationError listing every mistake."""
    from werkzeug.middleware.proxy_fix import ProxyFix

    from services.shared import runtime

    app = open_services(environ)
    count = runtime.config().trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    if runtime.config().secure:
        from webapp.web.host_cookies import HostCookies

        app.wsgi_app = HostCookies(app.wsgi_app)  # type: ignore[method-assign]
    for part in PARTS:
        import_module(f"webapp.web.{part}").init_app(app)
    _register_surfaces(app)
    return app


def open_services(environ: Mapping[str, str] | None = None) -> Flask:
    """Database, keys and queue of one shop without any page: what a worker needs. Raises ConfigurationError."""
    from flask import Flask

    from services import wiring
    from services.shared import config, database, jobs, keys, runtime

    settings = config.read(os.environ if environ is None else environ)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)  # phones and names are in there
    secrets = keys.load(settings.secrets_file)
    app = Flask(__name__, static_folder=None)
    app.debug = False  # whatever FLASK_DEBUG says
    app.config.update(
        SECRET_KEY=secrets.forms,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=12_000_000,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=400,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["changke"] = settings
    database.db.init_app(app)
    with app.app_context():
        engine = database.db.engine
    database.prepare(engine)
    runtime.start(runtime.Runtime(settings, secrets, engine))
    wiring.wire()
    jobs.start_queue(settings)
    return app


def _engine_options(settings: Config) -> dict[str, object]:
    from services.shared import database

    quiet = {"hide_parameters": True}  # errors are logged, phones and names are not
    if settings.sqlite:
        return quiet | {"connect_args": {"check_same_thread": False, "timeout": 8}}
    patience = {
        "options": f"-c lock_timeout={int(database.LOCK_TIMEOUT * 1000)}"
    }  # as long as a writer of SQLite waits
    pool = {"pool_size": settings.web_threads + 4, "max_overflow": 8}
    return quiet | pool | {"connect_args": patience}


def _register_surfaces(app: Flask) -> None:
    from webapp import api, member, staff, web  # the surfaces import the edge, which is ready now

    for surface in (web, staff, member, api):
        surface.register(app)
