"""What must not stand in the logs of a shop: phones of its members, member codes, coupon codes, secrets of sessions and tokens."""

import json
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

_LOOKS_SECRET = re.compile(r"ck_(?:\w|-){30,}|(?<!\d)88\d{18}(?!\d)|Bearer \S{20}|\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}\b")


def find_secrets(text: str, known: Iterable[str]) -> list[str]:
    """The lines of a log that hold one of the `known` values, or what looks like a secret."""
    values = tuple(known)
    return [line for line in text.splitlines() if _LOOKS_SECRET.search(line) or any(value in line for value in values)]


def secrets_of(data: Path) -> set[str]:
    """What the log of this shop (on SQLite) may not say: its members' phones, as one writes them here, and the passwords of its demo."""
    with sqlite3.connect(f"file:{data / 'changke.db'}?mode=ro", uri=True) as books:
        phones = {
            phone.removeprefix("+86") for (phone,) in books.execute("SELECT phone FROM members WHERE phone IS NOT NULL")
        }
    books.close()
    accounts = json.loads((data / "demo.json").read_text())
    return phones | {person["password"] for person in accounts["staff"]}


def leaks_of(folder: Path, data: Path) -> list[str]:
    """Every line in the logs of `folder` that says too much."""
    known = secrets_of(data)
    return [
        f"{log.name}: {line}"
        for log in folder.glob("*.log")
        for line in find_secrets(log.read_text(errors="replace"), known)
    ]
