"""`changke serve`: the web process, gunicorn started from here so that one command serves on every machine.

SQLite: one process with WEB_THREADS threads behind one write lock; PostgreSQL: WEB_PROCESSES of them. One process builds its
application itself, so that gunicorn's master stays small; several share the memory of one that the master built before the fork.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from services.shared.config import Config
from webapp.cli import migrated_application, safe_configuration

if TYPE_CHECKING:
    from flask import Flask

MEMORY = Path("/dev/shm")  # noqa: S108 (gunicorn's heartbeat files: never on a slow disk)
# A sale that holds a lock comes back from the database many times, and each time waits until the interpreter is its again: with
# Python's 5 ms behind every thread that is only rendering, with this briefly (seconds; measured with `make bench`).
TURN = 0.0005


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take over the options."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, with nothing open that processes must not share. Ends everything when it cannot be built."""
        try:
            app = migrated_application()
        except click.ClickException as refused:
            refused.show()
            sys.exit(Arbiter.WORKER_BOOT_ERROR)
        from services.shared import database, jobs

        jobs.stop_queue()
        database.close()
        gc.freeze()
        sys.setswitchinterval(TURN)
        return app


@click.command()
def serve() -> None:
    """Serve both apps and the API on HOST and PORT, until it is told to stop."""
    config = safe_configuration()
    Server(server_options(config) | {"post_worker_init": _say_where(config)}).run()


def _say_where(config: Config) -> Callable[[Any], None]:
    """Prints the addresses when the first process is ready."""

    def say(worker: Any) -> None:
        from webapp.cli import addresses

        if worker.age == 1:
            click.echo(addresses.banner(config, setup_code=_setup_code()))

    return say


def _setup_code() -> str:
    from services.shared import database
    from services.stores.queries import is_set_up
    from webapp.web import setup

    with database.reading() as session:
        return "" if is_set_up(session) else setup.code()


def server_options(config: Config) -> dict[str, Any]:
    """Gunicorn's settings for this shop."""
    options: dict[str, Any] = {
        "bind": [f"{_bracketed(config.host)}:{config.port}"],
        "worker_class": "gthread",
        "workers": config.web_processes,
        "preload_app": config.web_processes > 1,
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
        from services.shared import certificates, clock
        from webapp.cli import addresses

        made = certificates.for_addresses(config.data / "tls", addresses.names(config), at=clock.now())
        return {"certfile": str(made.certificate), "keyfile": str(made.key)}
    return {}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
