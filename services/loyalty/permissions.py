"""What may be allowed here. Who reads points also reads the ladder and the rules by which they come."""

from services.shared.actors import for_whole_shop

POINTS_READ = "points:read"
POINTS_ADJUST = "points:adjust"
EARNING_RULES_CHANGE = "earning_rules:change"
TIERS_CHANGE = for_whole_shop("tiers:change")
