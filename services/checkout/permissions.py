"""What may be allowed here."""

QUOTES_CREATE = "quotes:create"
ORDERS_CREATE = "orders:create"
DISCOUNTS_CREATE = "discounts:create"
REFUNDS_CREATE = "refunds:create"
ORDERS_REASSIGN = "orders:reassign"
ORDERS_CLAIM = "orders:claim"
