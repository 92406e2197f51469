"""Phone numbers (services/shared/phones.py) and member numbers."""

import re
import secrets
import unicodedata

from services.shared import ids
from services.shared.phones import mask, national, read_phone, show

__all__ = ["fresh_number", "mask", "national", "read_number", "read_phone", "show"]


def fresh_number() -> str:
    """A random member number: `1`, eight digits, a Luhn digit (docs/member-code.md)."""
    body = f"1{secrets.randbelow(10**8):08d}"
    return body + ids.luhn_digit(body)


def read_number(typed: str) -> str | None:
    """The member number in `typed`, spaces and dashes forgiven; None when it cannot be one."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed))
    return digits if len(digits) == 10 and digits[0] == "1" and ids.luhn_holds(digits) else None
