"""储值 in the staff app: a member's wallet, paying in, paying back, correcting, and the plans."""

from webapp.staff.wallet import payouts, plans, statement, top_ups

__all__ = ["payouts", "plans", "statement", "top_ups"]
