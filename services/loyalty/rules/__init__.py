"""Pure rules of loyalty: what a purchase earns (`earning`), how lots are spent and expire (`lots`), the ladder (`ladder`)."""

from services.loyalty.rules.earning import Multiplier, Rate, Way, multiplier_of, points_for, points_of

__all__ = ["Multiplier", "Rate", "Way", "multiplier_of", "points_for", "points_of"]
