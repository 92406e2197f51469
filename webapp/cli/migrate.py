"""`changke migrate`."""

import click

from services.shared import migrations
from webapp.cli import application


@click.command()
def migrate() -> None:
    """Bring the database to the newest version. Safe to run again."""
    application()
    before = migrations.current()
    migrations.upgrade()
    click.echo(f"database at {migrations.head()}" + ("" if before else " (new)"))
