"""Tills (钱箱): shifts from opening float to counted close, and cash moved by hand.

What should be in a drawer is a sum over sales, refunds, top-ups and payouts (checkout/queries/tills.py): they lie in domains above.
"""
