"""`changke`: the command line of a shop. Each command parses, asks a service, and prints.

A command is a click command of the same name in the module that COMMANDS names; it is imported when it is called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn

import click

from services.shared import config
from services.shared.config import Config, ConfigurationError
from services.shared.refusals import Invalid, Refusal
from webapp import create_app, open_services

if TYPE_CHECKING:
    from flask import Flask

COMMANDS: Mapping[str, str] = {
    "setup": "webapp.cli.setup",
    "serve": "webapp.cli.serve",
    "work": "webapp.cli.work",
    "migrate": "webapp.cli.migrate",
    "demo": "webapp.cli.demo",
    "replay": "webapp.cli.replay",
    "bench-data": "webapp.cli.bench_data",
    "verify": "webapp.cli.books",
    "token": "webapp.cli.token",
    "rebuild-facts": "webapp.cli.facts",
    "reset-owner": "webapp.cli.owner",
    "backup": "webapp.cli.books",
    "restore": "webapp.cli.books",
    "doctor": "webapp.cli.doctor",
}


def application(*, pages: bool = True) -> Flask:
    """The application configured from the environment, for a worker without its pages; ends with every mistake listed when it
    does not make sense."""
    _leave_out(os.environ)
    try:
        return create_app(os.environ) if pages else open_services(os.environ)
    except ConfigurationError as error:
        _end_with(error)


def _leave_out(environ: Mapping[str, str]) -> None:
    """The queue's library loads every driver it finds, 12 MiB in each process: let it not find what this shop does not use
    (None among the modules is how Python says: not there)."""
    if not environ.get("REDIS_URL"):
        sys.modules.setdefault("redis", None)  # type: ignore[arg-type]
    if not environ.get("DATABASE_URL", "").startswith("postgres"):
        sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]


def configuration() -> Config:
    """The configuration alone, before anything is opened; ends with every mistake listed."""
    try:
        return config.read(os.environ)
    except ConfigurationError as error:
        _end_with(error)


def safe_configuration() -> Config:
    """As `configuration`; ends with every danger listed when the shop must not open like this."""
    from services.shared.dangers import find_dangers

    found = configuration()
    if dangers := find_dangers(found):
        _end_with(ConfigurationError(dangers))
    return found


def _end_with(error: ConfigurationError) -> NoReturn:
    for mistake in error.mistakes:
        click.echo(mistake, err=True)
    sys.exit(2)


def migrated_application(*, pages: bool = True) -> Flask:
    """The application on a database that is up to date; ends with the command to run when it is not."""
    from services.shared import migrations

    app = application(pages=pages)
    if migrations.current() != migrations.head():
        raise click.ClickException("the database is not up to date; run `changke migrate` first")
    return app


class Commands(click.Group):
    """Imports a command when it is called, and says a refusal in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order a shop meets them."""
        return [name for name, module in COMMANDS.items() if find_spec(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), cmd_name.replace("-", "_"))
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a refusal ends with its words and exit code 1."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(_words(refusal)) from refusal


def _words(refusal: Refusal) -> str:
    if isinstance(refusal, Invalid) and refusal.errors:
        return "\n".join(f"{name}: {' '.join(words)}" for name, words in refusal.errors.items())
    return refusal.text % refusal.params if refusal.params else refusal.text


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Changke 常客: run, set up and look after a shop.

    Configured by environment variables (README.md, Configuration); DATA is the folder of the shop, PORT where it listens.
    """
