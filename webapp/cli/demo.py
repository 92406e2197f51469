"""`changke demo`."""

import json
import os
from pathlib import Path
from typing import Any

import click

from services import wiring
from services.demo import cast, shop
from services.shared import clock, migrations, runtime
from services.shared.database import reading, transaction
from services.stores import queries as stores
from webapp.cli import addresses, application


@click.command()
def demo() -> None:
    """Fill an empty shop with the demo shop 小满甜品, and print its accounts. Running it again changes nothing.

    Brings the database up to date first. A shop that was set up by somebody else is left alone.
    """
    application()
    migrations.upgrade()
    told = runtime.config().data / "demo.json"
    with reading() as session:
        is_empty = not stores.is_set_up(session)
    if not is_empty and not told.exists():
        click.echo("This shop is not the demo shop; it is left as it is.")
        return
    accounts = _accounts(told)
    if is_empty:
        passwords = {person["username"]: person["password"] for person in accounts["staff"]}
        with transaction() as session:
            shop.open_shop(session, passwords, wiring.ROLES, at=clock.now())
    click.echo(_sheet(accounts))


def _accounts(told: Path) -> dict[str, Any]:
    """The accounts in `demo.json`, made there first (mode 600) before they are used: nobody is locked out by a power cut."""
    origin = runtime.config().public_origin
    if told.exists():
        accounts: dict[str, Any] = json.loads(told.read_text())
        if accounts["origin"] == origin:
            return accounts
        passwords = {person["username"]: person["password"] for person in accounts["staff"]}
    else:
        passwords = shop.make_passwords()
    accounts = {
        "origin": origin,
        "staff": [
            {"role": each.role, "username": each.username, "password": passwords[each.username], "name": each.name}
            for each in cast.STAFF
        ],
    }
    draft = told.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=2)
    draft.replace(told)
    return accounts


def _sheet(accounts: dict[str, Any]) -> str:
    lines = ["", "  店员账号 staff accounts (also in $DATA/demo.json)"]
    lines += [
        f"    {person['role']:<8} {person['username']:<10} {person['password']:<11} {person['name']}"
        for person in accounts["staff"]
    ]
    return "\n".join(lines) + addresses.banner(runtime.config())
