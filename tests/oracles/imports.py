"""What an import of the messy list (tests/messy.py) must leave in the books, worked out from its rows by simple means."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any


def books(rows: Iterable[list[Any]]) -> dict[str, tuple[int, int, int]]:
    """Principal and bonus (fen) and points by phone; rows of the same phone add up, a phone without eleven digits is nobody."""
    held: dict[str, tuple[int, int, int]] = {}
    for phone, _name, _gender, _birthday, principal, bonus, points, _note in rows:
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", str(phone)).removeprefix("+86"))
        if len(digits) != 11:
            continue
        told = round(float(str(principal or 0).strip("¥")) * 100), (bonus or 0) * 100, points or 0
        before = held.get(f"+86{digits}", (0, 0, 0))
        held[f"+86{digits}"] = before[0] + told[0], before[1] + told[1], before[2] + told[2]
    return held
