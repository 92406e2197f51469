"""`changke setup`: what the wizard at /setup does, without a browser."""

import sys

import click

from services import wiring
from services.identity import commands as identity
from services.identity.schemas import SetUpIn
from services.shared import clock, migrations
from services.shared.database import transaction
from webapp.cli import application
from webapp.web import forms

INDUSTRIES = click.Choice(["dessert", "baby", "both"])


@click.command()
@click.option("--shop", prompt="Name of the shop", help="What members and staff see, e.g. 小满甜品.")
@click.option(
    "--industry", type=INDUSTRIES, default="dessert", show_default=True, help="Desserts, mother and baby, or both."
)
@click.option("--owner", prompt="User name of the owner", help="Signs in to the staff app: small letters and digits.")
@click.option("--owner-name", default="", help="How the owner is called; the user name if left out.")
@click.option("--store", default="", help="Name of the first store; the shop's name if left out.")
@click.option("--colour", default="#952847", show_default=True, help="The shop's colour, #rrggbb.")
@click.option("--password-stdin", is_flag=True, help="Read the owner's password from standard input instead of asking.")
def setup(
    *, shop: str, industry: str, owner: str, owner_name: str, store: str, colour: str, password_stdin: bool
) -> None:
    """Set up an empty shop: its name, first store and owner. Brings the database up to date first."""
    application()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask_password()
    typed = {
        "shop": shop,
        "industry": industry,
        "store": store or shop,
        "username": owner,
        "owner_name": owner_name or owner,
        "colour": colour,
        "password": password,
    }
    data = forms.load(SetUpIn, typed)
    migrations.upgrade()
    with transaction() as session:
        identity.set_up_shop(session, **SetUpIn.parts(data), roles=wiring.ROLES, at=clock.now())
    click.echo(f"{shop} is set up; {owner} signs in at /staff/")


def _ask_password() -> str:
    return str(click.prompt("Password of the owner", hide_input=True, confirmation_prompt=True))
