"""Looking up wallets."""

from services.wallet.books import WALLET
from services.wallet.queries.lots import list_lots, list_parts_of_order

__all__ = ["WALLET", "list_lots", "list_parts_of_order"]
