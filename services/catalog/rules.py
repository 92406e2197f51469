"""What a product may look like: codes, pictures, initials, keys of options."""

import re
from collections.abc import Collection
from datetime import date, timedelta

from services.catalog.texts import DRAWN
from services.shared import ids, pictures, pinyin

_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_KEY_LENGTH = 20


def initials(name: str) -> str:
    """Pinyin initials and plain letters of a name, lower case: 海盐芝士卷 → `hyzsj`."""
    return "".join(char for char in pinyin.first_letters(name).lower() if char.isalnum())


def is_barcode(code: str) -> bool:
    """Whether `code` can stand on a package: EAN-13 with a right check digit."""
    return ids.ean13_holds(code)


def is_sku(code: str) -> bool:
    """Whether `code` can be the shop's own article number."""
    return _SKU.fullmatch(code) is not None


def is_picture(picture: str) -> bool:
    """Whether `picture` can stand on a product: none, one of the drawn set (`drawn:roll`), or an uploaded file's name."""
    kind, _, symbol = picture.partition(":")
    return not picture or (kind == "drawn" and symbol in DRAWN) or pictures.is_name(picture)


def is_launched(launches_on: date | None, day: date, early_days: int = 0) -> bool:
    """Whether a new product is there on `day` for somebody who may buy `early_days` before everyone else."""
    return launches_on is None or launches_on <= day + timedelta(days=early_days)


def key_of(name: str, taken: Collection[str] = ()) -> str:
    """A stable key for an option or choice, from its name: 尺寸 → `chicun`, 6 寸 → `6cun`, again → `6cun2`."""
    letters = "".join(pinyin.syllables(name)).lower()
    key = "".join(char for char in letters if char.isascii() and char.isalnum())[: _KEY_LENGTH - 3] or "x"
    numbered = (f"{key}{number}" for number in range(2, 999))
    return key if key not in taken else next(again for again in numbered if again not in taken)
