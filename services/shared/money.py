"""Money is an integer count of fen (分). Never a float (domain.md, *Ground*)."""

import re
from collections.abc import Sequence
from fractions import Fraction

_AMOUNT = re.compile(r"-?\d{1,10}(\.\d{1,2})?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－¥￥，,", "0123456789.-    ")


def parse(text: str) -> int:
    """Fen of a decimal string: `"128"`, `"128.5"`, `"¥1,128.50"`, full-width digits. ValueError otherwise."""
    cleaned = text.translate(_FULL_WIDTH).replace(" ", "")
    if not _AMOUNT.fullmatch(cleaned):
        raise ValueError(f"not an amount: {text!r}")
    whole, _, cents = cleaned.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole)) * 100 + int(cents.ljust(2, "0")))


def text(fen: int) -> str:
    """Decimal string with two places, as JSON and CSV carry it: `12800` → `"128.00"`."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def half_up(value: Fraction) -> int:
    """Round to whole fen, halves away from zero; once, at the end of a calculation."""
    doubled = abs(value) * 2
    rounded = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
    return rounded if value >= 0 else -rounded


def portion(amount: int, part: int, whole: int) -> int:
    """`part`/`whole` of an `amount` that is not negative, half up: 20 % of 198.00 is `portion(19800, 20, 100)` = 3960."""
    return (2 * amount * part + whole) // (2 * whole)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` fen over `weights` so that the shares sum exactly to it (largest remainder; ties: earlier first)."""
    total = sum(weights)
    if total <= 0:
        if amount:
            raise ValueError("nothing to split over")
        return [0] * len(weights)
    shares = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    for index in sorted(range(len(weights)), key=lambda i: -remainders[i])[: amount - sum(shares)]:
        shares[index] += 1
    return shares
