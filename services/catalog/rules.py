"""What a product may look like: codes, initials, keys of options."""

import re

from pypinyin import Style, lazy_pinyin

from services.shared import ids

_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def initials(name: str) -> str:
    """Pinyin initials and plain letters of a name, lower case: 海盐芝士卷 → `hyzsj`."""
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default"))
    return "".join(char for char in letters.lower() if char.isalnum())


def is_barcode(code: str) -> bool:
    """Whether `code` can stand on a package: EAN-13 with a right check digit."""
    return ids.ean13_holds(code)


def is_sku(code: str) -> bool:
    """Whether `code` can be the shop's own article number."""
    return _SKU.fullmatch(code) is not None
