"""`changke demo`."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from services import wiring
from services.demo import cast, guests, history, lapsed, refunds, shop, till_shifts
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
    made_at = datetime.fromisoformat(accounts["made_at"])
    if is_empty:
        passwords = {person["username"]: person["password"] for person in accounts["staff"]}
        with transaction() as session:
            shop.open_shop(session, passwords, wiring.ROLES, now=made_at)
            pins = {person["username"]: person["pin"] for person in accounts["staff"] if "pin" in person}
            shop.choose_pins(session, pins, at=made_at)
    history.book(clock.now(), made_at)
    refunds.take_back(made_at)
    till_shifts.keep(made_at)
    lapsed.propose()
    click.echo(_sheet(accounts))


def _accounts(told: Path) -> dict[str, Any]:
    """The accounts in `demo.json`, made there first (mode 600) before they are used: nobody is locked out by a power cut."""
    before: dict[str, Any] = json.loads(told.read_text()) if told.exists() else {}
    origin = runtime.config().public_origin
    if before.get("origin") == origin:
        return before
    known = {person["username"]: person["password"] for person in before.get("staff", ())}
    passwords = shop.make_passwords() | known
    # A shop that was made before had none: nothing is told that does not count.
    pins = (
        {each["username"]: each["pin"] for each in before.get("staff", ()) if "pin" in each}
        if before
        else shop.make_pins()
    )
    accounts = {
        "origin": origin,
        "made_at": before.get("made_at") or clock.now().isoformat(),
        "staff": [
            {"role": each.role, "username": each.username, "password": passwords[each.username], "name": each.name}
            | ({"pin": pins[each.username]} if each.username in pins else {})
            for each in cast.STAFF
        ],
        "member": {
            "phone": guests.phone_of(0),
            "name": guests.NAMES[0],
            "sign_in": f"{origin}/member/sign-in",
            "codes": f"{origin}/dev/inbox",
        },
    }
    draft = told.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=2)
    draft.replace(told)
    return accounts


def _sheet(accounts: dict[str, Any]) -> str:
    lines = ["", "  店员账号 staff accounts (also in $DATA/demo.json)"]
    lines += [
        f"    {person['role']:<8} {person['username']:<10} {person['password']:<11} {person['name']}{_pin(person)}"
        for person in accounts["staff"]
    ]
    member = accounts["member"]
    lines += [
        "  会员 a member",
        f"    {member['name']}  {member['phone']}  验证码在 the code appears at {member['codes']}",
    ]
    return "\n".join(lines) + addresses.banner(runtime.config())


def _pin(person: dict[str, Any]) -> str:
    return f"  PIN {person['pin']}" if "pin" in person else ""
