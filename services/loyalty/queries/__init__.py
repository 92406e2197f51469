"""Looking up points, growth and tiers."""

from services.loyalty.books import GROWTH, POINTS
from services.loyalty.queries.earning_rules import get_rule, list_multipliers, list_rules
from services.loyalty.queries.points import (
    get_balance,
    get_earning,
    get_lot_expiry,
    list_balances,
    list_entries,
    list_lots,
    rate_of,
)

__all__ = [
    "GROWTH",
    "POINTS",
    "get_balance",
    "get_earning",
    "get_lot_expiry",
    "get_rule",
    "list_balances",
    "list_entries",
    "list_lots",
    "list_multipliers",
    "list_rules",
    "rate_of",
]
