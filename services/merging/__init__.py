"""Two cards of one person: found, merged into one, and parted again within seven days."""
