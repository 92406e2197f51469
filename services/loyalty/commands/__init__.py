"""Changing points, growth and tiers."""

from services.loyalty.commands.points import (
    Earning,
    adjust_points,
    claw_back,
    earn,
    expire_points,
    give_back,
    open_earning,
    open_spending,
    spend,
)

__all__ = [
    "Earning",
    "adjust_points",
    "claw_back",
    "earn",
    "expire_points",
    "give_back",
    "open_earning",
    "open_spending",
    "spend",
]
