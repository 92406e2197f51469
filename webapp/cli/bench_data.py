"""`changke bench-data`: a shop as large as one likes."""

import time

import click

from services import wiring
from services.demo.bulk.fill import fill
from services.shared import clock, ids, migrations
from webapp.cli import application


@click.command("bench-data")
@click.option("--members", type=click.IntRange(1), default=1_000_000, show_default=True, help="How many members.")
@click.option("--orders", type=click.IntRange(0), default=5_000_000, show_default=True, help="How many orders, in all.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another shop.")
def bench_data(*, members: int, orders: int, seed: int) -> None:
    """Fill an EMPTY database with invented members and orders, for measuring. A database that holds a shop is left alone.

    Brings the database up to date first. Rows are what the commands of staff would have written, but without audit lines and growth;
    sales earn no points.
    """
    application()
    migrations.upgrade()
    started, password = time.perf_counter(), ids.short_code()[:9].lower()

    def tell(words: str) -> None:
        click.echo(f"{time.perf_counter() - started:7.1f} s  {words}")

    fill(members, orders, seed, password, wiring.ROLES, at=clock.now(), tell=tell)
    tell(f"done; owner signs in with {password}")
