"""Refusals of the wallet."""

from services.shared.refusals import Invalid, Refusal
from services.shared.words import N_


class WalletInsufficient(Refusal):
    """There is less in the wallet than is to be spent."""

    code = "wallet_insufficient"
    text = N_("储值余额不够")


class OverCap(Invalid):
    """A named prepaid card holds at most the legal cap (facts.md §3.2)."""

    code = "wallet_over_cap"

    def __init__(self, field: str, room: str) -> None:
        super().__init__({field: [N_("超过储值上限，最多还能充 ¥%(room)s") % {"room": room}]})
