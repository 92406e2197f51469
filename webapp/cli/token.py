"""`changke token create` and `changke token revoke`."""

import click

from services import wiring
from services.identity import commands as identity
from services.shared import clock
from services.shared.actors import SYSTEM
from services.shared.database import transaction
from webapp.cli import migrated_application


@click.group()
def token() -> None:
    """Tokens with which programs use the REST API."""


@token.command()
@click.option("--name", required=True, help="Who will use it, for the audit log.")
@click.option(
    "--scopes", required=True, help="`all`, or permissions separated by commas, e.g. members:read,orders:read."
)
def create(name: str, scopes: str) -> None:
    """Make a token and print it. It is shown this once; the shop keeps only a hash."""
    migrated_application()
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with transaction() as session:
        _, clear = identity.create_token(session, name, wanted, known=wiring.PERMISSIONS, actor=SYSTEM, at=clock.now())
    click.echo(clear)


@token.command()
@click.option("--name", required=True, help="The name it was made with.")
def revoke(name: str) -> None:
    """Take back the token of this name (all of them, where there are several): it opens nothing any more."""
    migrated_application()
    with transaction() as session:
        count = identity.revoke_tokens(session, name, actor=SYSTEM, at=clock.now())
    click.echo(f"{count} revoked", err=True)
