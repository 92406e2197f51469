"""`changke replay`: a real bakery's tickets through our own checkout."""

from pathlib import Path

import click

from services import wiring
from services.demo import bread_basket
from services.demo import replay as tickets
from services.shared import clock, migrations
from webapp.cli import application

HONESTY = (
    "The data says what was bought and when. Prices are a fixed table of ours (fen per item), and who bought is a rule of ours\n"
    "over {regulars} invented regulars: neither is in the data, so no figure about money or members is a fact about this bakery."
)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--store", help="Code of the store to book into; the first one if left out.")
def replay(file: Path, store: str | None) -> None:
    """Play FILE (bread-basket.csv) through the checkout. Playing it again changes nothing.

    Brings the database up to date first, and makes a shop with one store where there is none. Each ticket is booked at its own
    time in the shop's zone; nobody is told about a sale older than a day.
    """
    application()
    migrations.upgrade()
    opened = tickets.set_up_if_empty(wiring.ROLES, at=clock.now())
    if opened:
        click.echo(f"There was no shop: made “{tickets.SHOP}”. {opened.username} signs in with {opened.password}")
    read = tickets.read_tickets(file, tickets.shop_zone())
    played = tickets.play(read, store_code=store, at=clock.now(), tell=click.echo)
    click.echo(HONESTY.format(regulars=len(bread_basket.REGULARS)))
    if played.new:
        click.echo(f"{played.new / played.seconds:.0f} tickets/s, {played.seconds:.1f} s")
    click.echo(f"{played.tickets} tickets, {played.new} new")
