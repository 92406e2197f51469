"""What may be allowed here."""

POINTS_READ = "points:read"
POINTS_ADJUST = "points:adjust"
