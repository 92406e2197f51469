"""What an answer to an own field is outside, worked out anew: no rule of the product is used."""

from decimal import Decimal


def number_text(text: str) -> str:
    """A number without what says nothing: `007.50` → `7.5`, `-0` → `0`."""
    value = Decimal(text)
    return format(value.normalize() if value else Decimal(0), "f")


def money_text(text: str) -> str:
    """Yuan with two places."""
    return format(Decimal(text).quantize(Decimal("0.01")) + 0, ".2f")
