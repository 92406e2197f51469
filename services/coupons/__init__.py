"""Coupons (优惠券): templates that say what a coupon does, coupons that members hold, and each coupon's one redemption.

Words: a *template* holds the *terms*; *issuing* gives a member a coupon of it; *redeeming* uses it up; *undo* takes a redemption back.
"""
