"""`changke reset-owner`: the way back in for an owner who lost every other, from the machine that the shop runs on."""

import sys

import click

from services.identity.schemas import NewPasswordIn
from services.shared import clock
from services.shared.actors import SYSTEM
from services.shared.database import transaction
from services.signin import commands as signin
from webapp.cli import migrated_application
from webapp.web import forms


@click.command("reset-owner")
@click.option("--username", default="", help="Whose password; may be left out where the shop has one owner.")
@click.option("--password-stdin", is_flag=True, help="Read the new password from standard input instead of asking.")
def reset_owner(*, username: str, password_stdin: bool) -> None:
    """Give an owner a new password. Every session of theirs ends, their passkeys are removed, and it is on record."""
    migrated_application()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask()
    data = forms.load(NewPasswordIn, {"password": password})
    with transaction() as session:
        owner = signin.reset_owner(session, username, data["password"], actor=SYSTEM, at=clock.now())
        name = owner.username
    click.echo(f"{name} signs in at /staff/ with the new password")


def _ask() -> str:
    return str(click.prompt("New password", hide_input=True, confirmation_prompt=True))
