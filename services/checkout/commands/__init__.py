"""Commands of the counter: `sales` writes a sale, `refunds` takes it back, `scans` finds out what a code is."""

from services.checkout.commands.answers import answer_order
from services.checkout.commands.coupons import Redemption, redeem_coupon
from services.checkout.commands.gifts import offer_gift, take_gift
from services.checkout.commands.handovers import claim_order, reassign_order
from services.checkout.commands.households import ask_holder
from services.checkout.commands.offline import book_offline_sale
from services.checkout.commands.refunds import refund_order
from services.checkout.commands.sales import complete_order

__all__ = [
    "Redemption",
    "answer_order",
    "ask_holder",
    "book_offline_sale",
    "claim_order",
    "complete_order",
    "offer_gift",
    "reassign_order",
    "redeem_coupon",
    "refund_order",
    "take_gift",
]
