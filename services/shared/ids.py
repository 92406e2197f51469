"""Identifiers that people or machines read: check digits, short codes, random tokens.

Sources: facts.md §7.1 (member code and number), §7.2 (Crockford base-32 codes with a Luhn mod 32 check).
"""

import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("ILO", "110", " -")


def luhn_digit(digits: str) -> str:
    """The Luhn (mod 10) check digit to append to `digits`."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return len(digits) > 1 and digits.isascii() and digits.isdigit() and luhn_digit(digits[:-1]) == digits[-1]


def _luhn_character(body: str) -> str:
    total = 0
    for index, char in enumerate(reversed(body)):
        value = CROCKFORD.index(char) * (2 if index % 2 == 0 else 1)
        total += value // 32 + value % 32
    return CROCKFORD[-total % 32]


def short_code() -> str:
    """A fresh code `XXXX-XXXX-XXXX`: 55 random bits and a check character."""
    drawn = secrets.randbits(55)
    body = "".join(CROCKFORD[drawn >> 5 * place & 31] for place in range(11))
    whole = body + _luhn_character(body)
    return "-".join((whole[:4], whole[4:8], whole[8:]))


def read_short_code(typed: str) -> str | None:
    """The canonical form of a typed short code (case, spaces and I L O forgiven), or None when it cannot be one."""
    whole = typed.strip().upper().translate(_READ_AS)
    if len(whole) != 12 or any(char not in CROCKFORD for char in whole) or _luhn_character(whole[:-1]) != whole[-1]:
        return None
    return "-".join((whole[:4], whole[4:8], whole[8:]))


def digits(count: int) -> str:
    """`count` random decimal digits."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def token() -> str:
    """A random token of 32 bytes, URL-safe."""
    return secrets.token_urlsafe(32)


def ean13_holds(barcode: str) -> bool:
    """Whether `barcode` is 13 digits with a right EAN check digit (GS1 General Specifications §7.9)."""
    if len(barcode) != 13 or not (barcode.isascii() and barcode.isdigit()):
        return False
    return ean13_digit(barcode[:12]) == barcode[12]


def ean13_digit(first: str) -> str:
    """The EAN check digit that belongs behind the 12 digits `first`."""
    weighed = sum(int(char) * (3 if index % 2 else 1) for index, char in enumerate(first))
    return str(-weighed % 10)
