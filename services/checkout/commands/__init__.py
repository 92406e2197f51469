"""Commands of the counter: `sales` writes a sale, `scans` finds out what a code is."""

from services.checkout.commands.sales import complete_order

__all__ = ["complete_order"]
