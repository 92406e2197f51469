"""Moving stored value: spending and give-back by the counter (`moves`)."""

from services.wallet.commands.moves import Spending, give_back, open_spending, spend

__all__ = ["Spending", "give_back", "open_spending", "spend"]
