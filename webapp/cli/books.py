"""`changke verify`, `backup` and `restore`: the books, and copies of them."""

import click

from services import wiring
from services.shared import ledger
from services.shared.database import reading
from webapp.cli import migrated_application


@click.command()
def verify() -> None:
    """Add up every ledger and order. Lists what does not agree and ends with 1, or says that all is well."""
    migrated_application()
    wrong = find_differences()
    for sentence in wrong:
        click.echo(f"✗ {sentence}", err=True)
    if wrong:
        raise click.ClickException(f"{len(wrong)} differences")
    click.echo("✓ every ledger and every order adds up")


def find_differences() -> list[str]:
    """A sentence for everything that does not add up, in one snapshot."""
    with reading() as session:
        ledgers = [
            f"{each.ledger} of {each.owner}: balance {each.balance} ≠ Σ entries {each.total}"
            for book in wiring.LEDGERS
            for each in ledger.differences(session, book)
        ]
        return ledgers + [sentence for check in wiring.CHECKS for sentence in check(session)]
