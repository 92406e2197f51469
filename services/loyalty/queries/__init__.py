"""Looking up points, growth and tiers."""

from services.loyalty.books import GROWTH, POINTS
from services.loyalty.queries.earning_rules import get_rule, list_multipliers, list_rules, multiplier_of_rule
from services.loyalty.queries.ladder import (
    Progress,
    Standing,
    count_members_by_tier,
    find_standing,
    get_progress,
    get_tier,
    list_growth_entries,
    list_ladder,
    list_tier_names,
    list_tiers,
    tier_of,
)
from services.loyalty.queries.points import (
    find_pending,
    get_balance,
    get_earning,
    get_lot_expiry,
    list_balances,
    list_entries,
    list_lots,
    list_pending,
    rate_of,
)

__all__ = [
    "GROWTH",
    "POINTS",
    "Progress",
    "Standing",
    "count_members_by_tier",
    "find_pending",
    "find_standing",
    "get_balance",
    "get_earning",
    "get_lot_expiry",
    "get_progress",
    "get_rule",
    "get_tier",
    "list_balances",
    "list_entries",
    "list_growth_entries",
    "list_ladder",
    "list_lots",
    "list_multipliers",
    "list_pending",
    "list_rules",
    "list_tier_names",
    "list_tiers",
    "multiplier_of_rule",
    "rate_of",
    "tier_of",
]
