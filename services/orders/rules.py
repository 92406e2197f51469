"""Pure rules about orders: what may be invoiced, and which tax numbers there are."""

from collections.abc import Sequence

from services.orders.queries.views import TenderView

WALLET = "wallet"
LENGTHS = (15, 17, 18, 20)
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 3: no I, O, S, V, Z
_SPACES = str.maketrans("", "", " \t-")


def invoiceable(tenders: Sequence[TenderView]) -> int:
    """The fen that an invoice of an order may say: what was paid and did not go back, without stored value.

    A prepaid card is invoiced when it is topped up, never when it is spent (国家税务总局公告 2016 年第 53 号, 三).
    """
    return sum(tender.amount - tender.refunded for tender in tenders if tender.kind != WALLET)


def read_tax_number(typed: str) -> str | None:
    """A tax number in its usual form, or None when it cannot be one.

    15, 17 or 20 characters of the older kinds; 18 are a unified social credit code whose last character checks the others.
    """
    number = typed.translate(_SPACES).upper()
    if len(number) not in LENGTHS or not (number.isascii() and number.isalnum()):
        return None
    return number if len(number) != 18 or _credit_holds(number) else None


def _credit_holds(code: str) -> bool:
    """GB 32100-2015: the sum of the values, each times 3 to the power of its place, fills up to a multiple of 31."""
    if any(char not in _CREDIT for char in code):
        return False
    total = sum(_CREDIT.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return _CREDIT.index(code[17]) == -total % 31
