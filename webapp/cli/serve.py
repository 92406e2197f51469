"""`changke serve`: the web process, gunicorn started from here so that one command serves on every machine.

SQLite: one process with WEB_THREADS threads behind one write lock; PostgreSQL: WEB_PROCESSES of them.
"""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from services.shared import certificates, clock, database, jobs, runtime
from services.shared.config import Config
from services.stores.queries import is_set_up
from webapp.cli import addresses, migrated_application
from webapp.web import setup

MEMORY = Path("/dev/shm")  # noqa: S108 (gunicorn's heartbeat files: never on a slow disk)


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings. The application is built once, before the fork, with nothing open: processes share its memory."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.app, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Take over the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self.app


@click.command()
def serve() -> None:
    """Serve both apps and the API on HOST and PORT, until it is told to stop."""
    app = migrated_application()
    config = runtime.config()
    options = server_options(config) | {"when_ready": _say(addresses.banner(config, setup_code=_setup_code()))}
    jobs.stop_queue()
    database.close()  # nothing open may be shared with the processes that follow
    gc.freeze()
    Server(app, options).run()


def _setup_code() -> str:
    with database.reading() as session:
        return "" if is_set_up(session) else setup.code()


def _say(words: str) -> Callable[[object], None]:
    return lambda _server: click.echo(words)


def server_options(config: Config) -> dict[str, Any]:
    """Gunicorn's settings for this shop."""
    options: dict[str, Any] = {
        "bind": [f"{_bracketed(config.host)}:{config.port}"],
        "worker_class": "gthread",
        "workers": config.web_processes,
        "threads": config.web_threads,
        "timeout": 60,
        "graceful_timeout": 15,
        "keepalive": 5,
        "control_socket_disable": True,  # it would be shared by every shop of this user
        "forwarded_allow_ips": "",  # TRUSTED_PROXIES decides (webapp/__init__.py)
        "loglevel": "warning",
    }
    if MEMORY.is_dir():
        options["worker_tmp_dir"] = str(MEMORY)
    return options | _certificate(config)


def _certificate(config: Config) -> dict[str, Any]:
    if config.tls_cert:
        return {"certfile": str(config.tls_cert), "keyfile": str(config.tls_key)}
    if config.tls_local:
        made = certificates.for_addresses(config.data / "tls", addresses.names(config), at=clock.now())
        return {"certfile": str(made.certificate), "keyfile": str(made.key)}
    return {}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
