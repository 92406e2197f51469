"""Moving stored value (`moves`: by a sale; `top_ups`, `adjusting`), and the plans that members choose from (`plans`)."""

from services.wallet.commands.adjusting import adjust_wallet
from services.wallet.commands.moves import Spending, give_back, open_spending, put, spend, take
from services.wallet.commands.plans import archive_plan, change_plan, create_plan, restore_plan, sort_plans
from services.wallet.commands.top_ups import TopUpDraft, record_top_up

__all__ = [
    "Spending",
    "TopUpDraft",
    "adjust_wallet",
    "archive_plan",
    "change_plan",
    "create_plan",
    "give_back",
    "open_spending",
    "put",
    "record_top_up",
    "restore_plan",
    "sort_plans",
    "spend",
    "take",
]
