"""Tables of loyalty: points with their lots and earning rules, growth and tiers."""

from services.loyalty.models.points import (
    EarningRule,
    PendingPoints,
    PointsAccount,
    PointsEntry,
    PointsLot,
    PointsLotMove,
)
from services.loyalty.models.tiers import GrowthAccount, GrowthEntry, MemberTier, Tier

__all__ = [
    "EarningRule",
    "GrowthAccount",
    "GrowthEntry",
    "MemberTier",
    "PendingPoints",
    "PointsAccount",
    "PointsEntry",
    "PointsLot",
    "PointsLotMove",
    "Tier",
]
