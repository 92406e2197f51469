"""`changke`: the command line of a shop. Each command parses, asks a service, and prints."""

import os
import sys

import click
from flask import Flask

from services.shared.config import ConfigurationError


def application() -> Flask:
    """The application configured from the environment; ends with every mistake listed when it does not make sense."""
    from webapp import create_app

    try:
        return create_app(os.environ)
    except ConfigurationError as error:
        for mistake in error.mistakes:
            click.echo(mistake, err=True)
        sys.exit(2)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Changke 常客: run, set up and look after a shop."""
