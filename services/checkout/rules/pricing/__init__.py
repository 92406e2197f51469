"""What a cart costs: `cart` (wanted), `parcels` (what a reduction does), `choices` and `best` (which coupons), `explain` (step by step)."""

from services.checkout.rules.pricing.cart import (
    MOST_COUPONS,
    MOST_GRAMS,
    MOST_LINES,
    MOST_PIECES,
    Cart,
    CartLine,
    Price,
    Step,
    Verdict,
)
from services.checkout.rules.pricing.choices import Candidate, Choice, PointsRule
from services.checkout.rules.pricing.explain import STANDARD, WALK_IN, Customer, HeldCoupon, House, in_words, price

__all__ = [
    "MOST_COUPONS",
    "MOST_GRAMS",
    "MOST_LINES",
    "MOST_PIECES",
    "STANDARD",
    "WALK_IN",
    "Candidate",
    "Cart",
    "CartLine",
    "Choice",
    "Customer",
    "HeldCoupon",
    "House",
    "PointsRule",
    "Price",
    "Step",
    "Verdict",
    "in_words",
    "price",
]
