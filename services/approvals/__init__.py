"""A second person agrees before money, points or everything that was written down leaves the shop (a setting; off at first)."""
