"""Stored value (储值): principal and bonus that a member holds in lots, from top-up to spending, give-back and payout."""
