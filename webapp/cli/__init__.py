"""`changke`: the command line of a shop. Each command parses, asks a service, and prints.

A command is a click command of the same name in the module that COMMANDS names; it is imported when it is called.
"""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NoReturn

import click
from flask import Flask

from services.shared import config, migrations
from services.shared.config import Config, ConfigurationError
from services.shared.refusals import Invalid, Refusal

COMMANDS: Mapping[str, str] = {
    "setup": "webapp.cli.setup",
    "serve": "webapp.cli.serve",
    "work": "webapp.cli.work",
    "migrate": "webapp.cli.migrate",
    "demo": "webapp.cli.demo",
    "replay": "webapp.cli.replay",
    "verify": "webapp.cli.books",
    "token": "webapp.cli.token",
    "backup": "webapp.cli.books",
    "restore": "webapp.cli.books",
    "doctor": "webapp.cli.doctor",
}


def application() -> Flask:
    """The application configured from the environment; ends with every mistake listed when it does not make sense."""
    from webapp import create_app

    try:
        return create_app(os.environ)
    except ConfigurationError as error:
        _end_with(error)


def configuration() -> Config:
    """The configuration alone, before anything is opened; ends with every mistake listed."""
    try:
        return config.read(os.environ)
    except ConfigurationError as error:
        _end_with(error)


def _end_with(error: ConfigurationError) -> NoReturn:
    for mistake in error.mistakes:
        click.echo(mistake, err=True)
    sys.exit(2)


def migrated_application() -> Flask:
    """The application on a database that is up to date; ends with the command to run when it is not."""
    app = application()
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
        command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
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
