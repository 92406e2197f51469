"""What a till counts. Amounts are fen."""

from collections.abc import Mapping

CASH = "cash"
# What lies in a till or on its terminals, in the order of every list. Stored value passes no till.
KINDS = (CASH, "wechat", "alipay", "card", "other")
# Notes and coins of the renminbi, the largest first.
PIECES = (100_00, 50_00, 20_00, 10_00, 5_00, 1_00, 50, 10)


def worth(pieces: Mapping[int, int]) -> int:
    """What these notes and coins are worth: denomination → how many."""
    return sum(fen * count for fen, count in pieces.items())


def in_order(sums: Mapping[str, int]) -> dict[str, int]:
    """Every kind that a till counts with its sum, 0 where there is none, always in the same order."""
    return {kind: sums.get(kind, 0) for kind in KINDS}


def differences(expected: Mapping[str, int], counted: Mapping[str, int]) -> dict[str, int]:
    """Counted − expected of the kinds where they differ: negative is missing."""
    both = ((kind, counted.get(kind, 0) - expected.get(kind, 0)) for kind in KINDS)
    return {kind: fen for kind, fen in both if fen}
