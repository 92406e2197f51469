"""Changing templates, issuing coupons, using them up and taking that back."""

from services.coupons.commands.issuing import issue_coupon
from services.coupons.commands.redeeming import give_back, redeem, release, reserve, revoke_coupon, undo_redemption

__all__ = ["give_back", "issue_coupon", "redeem", "release", "reserve", "revoke_coupon", "undo_redemption"]
