"""Cells of tables that leave the shop. No cell is ever a formula: what a customer typed may be opened in a spreadsheet."""

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # spreadsheets take the wide ones, too
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML has no way to say them
BOM = "\ufeff"  # without it Excel reads Chinese as Latin


def is_risky(text: str) -> bool:
    """Whether a spreadsheet would compute this text."""
    return text.startswith(_FORMULA)


def safe_cell(value: object) -> str:
    """The text of a cell; what a spreadsheet would compute stands behind an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if is_risky(text) else text


def writable(text: str) -> str:
    """The text without characters that no file of XML can hold."""
    return _UNWRITABLE.sub("", text)
