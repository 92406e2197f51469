"""Commands of the counter: `sales` writes a sale, `refunds` takes it back, `scans` finds out what a code is."""

from services.checkout.commands.refunds import refund_order
from services.checkout.commands.sales import complete_order

__all__ = ["complete_order", "refund_order"]
