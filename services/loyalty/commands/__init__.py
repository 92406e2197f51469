"""Changing points, growth and tiers."""

from services.loyalty.commands.earning_rules import archive_rule, change_rule, create_rule, restore_rule
from services.loyalty.commands.growth import grow, rise, settle_growth
from services.loyalty.commands.handovers import HandedOver, hand_over_points
from services.loyalty.commands.pending import release_points
from services.loyalty.commands.points import (
    Earning,
    adjust_points,
    claw_back,
    earn,
    expire_points,
    give_back,
    grant_points,
    open_earning,
    open_spending,
    spend,
)
from services.loyalty.commands.tiers import archive_tier, change_tier, create_tier

__all__ = [
    "Earning",
    "HandedOver",
    "adjust_points",
    "archive_rule",
    "archive_tier",
    "change_rule",
    "change_tier",
    "claw_back",
    "create_rule",
    "create_tier",
    "earn",
    "expire_points",
    "give_back",
    "grant_points",
    "grow",
    "hand_over_points",
    "open_earning",
    "open_spending",
    "release_points",
    "restore_rule",
    "rise",
    "settle_growth",
    "spend",
]
