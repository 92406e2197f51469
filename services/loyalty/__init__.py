"""Points (积分): what a member earns by buying, as an append-only ledger that explains itself."""
